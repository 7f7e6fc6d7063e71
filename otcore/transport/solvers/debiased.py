"""The Sinkhorn divergence: entropic transport less what each cloud costs to itself."""

from dataclasses import dataclass, replace
from typing import ClassVar

from otcore.transport.problem import Plan, Problem
from otcore.transport.solvers.entropic import Entropic


@dataclass(frozen=True, kw_only=True)
class Debiased(Entropic):
    """S_ε = OT_ε(α, β) − ½ OT_ε(α, α) − ½ OT_ε(β, β); the plan is that of OT_ε(α, β).

    source: Feydy et al. 2019
    """

    name: ClassVar[str] = "debiased"
    label: ClassVar[str] = "debiased (divergence)"
    rank: ClassVar[int] = 30
    about: ClassVar[str] = "The entropic plan; its value is 0 between equal clouds, which makes it a loss."
    formula: ClassVar[str] = r"\mathrm{OT}_\varepsilon(a,b) - \tfrac12\mathrm{OT}_\varepsilon(a,a) - \tfrac12\mathrm{OT}_\varepsilon(b,b)"
    reference: ClassVar[str] = "Feydy et al. 2019"
    needs_self_costs: ClassVar[bool] = True

    def solve(self, problem: Problem) -> Plan:
        """The plan and potentials of the cross term; value, iterations and error are over all three.

        raises: ValueError   the problem brings no costs within each cloud
        """
        if problem.source_self is None or problem.target_self is None:
            raise ValueError("The debiased solver needs the cost within each cloud. Received a problem without source_self or target_self.")
        clouds = ((problem.source_self, problem.source_mass), (problem.target_self, problem.target_mass))
        terms = [problem, *(Problem(cost, mass, mass) for cost, mass in clouds)]
        cross, *own = self.solved(terms, self.epsilon_of(problem))
        value = cross.value - 0.5 * sum(term.value for term in own)
        iterations, error = (max(getattr(term, name) for term in (cross, *own)) for name in ("iterations", "marginal_error"))
        return replace(cross, value=value, iterations=iterations, marginal_error=error, converged=error <= self.tolerance)


SOLVER = Debiased
