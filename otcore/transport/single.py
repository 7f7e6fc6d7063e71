"""One problem at a time, through POT: every solver, with its potentials and how far it got."""

import warnings

import numpy as np
import ot

from otcore.transport.problem import Plan, Problem, Solver


def solve(problem: Problem, solver: Solver) -> Plan:
    """Solves one problem.

    raises: ValueError   the debiased solver without the two self costs
    source: POT (Flamary et al. 2021); entropic stabilised (Schmitzer 2019), unbalanced in the log domain (Chizat et
            al. 2018), exact by network simplex (Bonneel et al. 2011), partial with a dummy point (Chapel et al. 2020)
    """
    return _SOLVERS[solver.kind](problem, solver)


def epsilon_of(problem: Problem, solver: Solver) -> float:
    """The absolute ε of a problem: the setting itself, or that many mean costs (never below 1e-12)."""
    return max(solver.epsilon * (problem.mean_cost if solver.relative else 1.0), 1e-12)


def balanced_error(plan: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """‖π1 − a‖₁ + ‖πᵀ1 − b‖₁."""
    return float(np.abs(plan.sum(1) - a).sum() + np.abs(plan.sum(0) - b).sum())


def _exact(problem: Problem, solver: Solver) -> Plan:
    a, b = problem.source_mass, problem.target_mass
    shift = min(problem.cost.min(), 0.0)  # POT gives an empty plan where all costs are below 0; a constant changes no plan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what POT would warn of is read from its log below
        plan, log = ot.emd(a, b / b.sum() * a.sum(), problem.cost - shift, numItermax=1_000_000, log=True)
    error = balanced_error(plan, a, b)
    fine = log["warning"] is None and error <= max(solver.tolerance, 1e-9)
    value = float((plan * problem.cost).sum())
    return Plan(problem, solver, plan, value, (log["u"] + shift, log["v"]), 0.0, 0, error, fine)


def _entropic(problem: Problem, solver: Solver) -> Plan:
    epsilon = epsilon_of(problem, solver)
    plan, f, g, iterations = _sinkhorn(problem.cost, problem.source_mass, problem.target_mass, epsilon, solver)
    error = balanced_error(plan, problem.source_mass, problem.target_mass)
    value = _entropic_value(plan, f, g)
    return Plan(problem, solver, plan, value, (f, g), epsilon, iterations, error, error <= solver.tolerance)


def _debiased(problem: Problem, solver: Solver) -> Plan:
    """S_ε = OT_ε(α, β) − ½ OT_ε(α, α) − ½ OT_ε(β, β); the plan is that of OT_ε(α, β) (Feydy et al. 2019)."""
    if problem.source_self is None or problem.target_self is None:
        raise ValueError("The debiased solver needs the cost within each cloud. Received a problem without source_self or target_self.")
    cross = _entropic(problem, solver)
    value, iterations, error = cross.value, cross.iterations, cross.marginal_error
    for cost, mass in ((problem.source_self, problem.source_mass), (problem.target_self, problem.target_mass)):
        plan, f, g, steps = _sinkhorn(cost, mass, mass, cross.epsilon, solver)
        value -= 0.5 * _entropic_value(plan, f, g)
        iterations, error = max(iterations, steps), max(error, balanced_error(plan, mass, mass))
    # the cross potentials stay, because they describe the plan that is shown
    return Plan(problem, solver, cross.plan, value, cross.potentials, cross.epsilon, iterations, error, error <= solver.tolerance)


def _unbalanced(problem: Problem, solver: Solver) -> Plan:
    a, b = problem.source_mass, problem.target_mass
    scale = problem.mean_cost if solver.relative else 1.0
    epsilon, penalty = epsilon_of(problem, solver), max(solver.penalty * scale, 1e-12)
    f, g, iterations = _unbalanced_potentials(problem.cost, a, b, epsilon, penalty, solver)
    plan = a[:, None] * b[None, :] * np.exp((f[:, None] + g[None, :] - problem.cost) / epsilon)
    rows, columns = plan.sum(1), plan.sum(0)
    # at the optimum each marginal is mass · exp(−potential / penalty)
    error = float(np.abs(rows - a * np.exp(-f / penalty)).sum() + np.abs(columns - b * np.exp(-g / penalty)).sum())
    value = float((plan * problem.cost).sum()) + epsilon * _kl(plan, np.outer(a, b)) + penalty * (_kl(rows, a) + _kl(columns, b))
    return Plan(problem, solver, plan, value, (f, g), epsilon, iterations, error, error <= solver.tolerance)


def _unbalanced_potentials(cost, a, b, epsilon, penalty, solver):
    """Log-domain scaling (Chizat et al. 2018) with the translation of Séjourné et al. 2022, which settles the total mass at
    once. Ours, because POT's plain-domain solvers overflow at small ε and its stabilised one (0.9.7) diverged there."""
    damping = -penalty / (penalty + epsilon) * epsilon
    with np.errstate(divide="ignore"):
        log_a, log_b = np.log(a)[:, None], np.log(b)[None, :]
    f, g, iteration = np.zeros(len(a)), np.zeros(len(b)), 0
    while iteration < solver.max_iterations:
        iteration += 1
        previous = f + 0
        f = damping * _log_sum_exp(log_b + (g[None, :] - cost) / epsilon, 1)
        g = damping * _log_sum_exp(log_a + (f[:, None] - cost) / epsilon, 0)
        shift = penalty / 2 * np.log((a @ np.exp(-f / penalty)) / (b @ np.exp(-g / penalty)))
        f, g = f + shift, g - shift
        if np.abs(f - previous).max() <= solver.tolerance * 1e-2 * min(epsilon, penalty):
            break
    return f, g, iteration


def _log_sum_exp(values: np.ndarray, axis: int) -> np.ndarray:
    """Several times faster than SciPy's general one on the small matrices of sentences."""
    top = values.max(axis, keepdims=True)
    return np.log(np.exp(values - top).sum(axis)) + top.squeeze(axis)


def _partial(problem: Problem, solver: Solver) -> Plan:
    a, b = problem.source_mass, problem.target_mass
    # POT's dummy point needs non-negative costs; a common shift changes the value by shift · mass and the plan not at all
    shift = min(float(problem.cost.min()), 0.0)
    mass = min(solver.mass, a.sum(), b.sum())
    plan, log = ot.partial.partial_wasserstein(a, b, problem.cost - shift, m=mass, nb_dummies=5, log=True)
    over = np.clip(plan.sum(1) - a, 0, None).sum() + np.clip(plan.sum(0) - b, 0, None).sum()
    error = float(over + abs(plan.sum() - mass))
    value = float((plan * problem.cost).sum())
    fine = log.get("warning") is None and error <= max(solver.tolerance, 1e-9)
    return Plan(problem, solver, plan, value, None, 0.0, 0, error, fine)


def _sinkhorn(cost, a, b, epsilon, solver):
    """POT's stabilised Sinkhorn on the words that have mass; (plan, f, g, iterations) with zeros for the others.

    It starts from potentials that put a 1 into every row and column of the kernel, so that a small ε cannot empty one, and
    absorbs its scalings as it goes: the log domain's stability at a fraction of its time (seven times less when tried).
    """
    rows, columns = a > 0, b > 0
    a, b, inner_cost = a[rows], b[columns], cost[np.ix_(rows, columns)]
    start = inner_cost.min(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged: the marginal error says so
        inner, log = ot.sinkhorn(
            a, b, inner_cost, epsilon, method="sinkhorn_stabilized", numItermax=solver.max_iterations,
            stopThr=solver.tolerance / (2 * np.sqrt(len(b))),  # POT measures one side's L2 error; ours is L1 over both
            warmstart=(start, (inner_cost - start[:, None]).min(0)), log=True,
        )  # fmt: skip
    plan, f, g = np.zeros_like(cost), np.zeros(len(rows)), np.zeros(len(columns))
    plan[np.ix_(rows, columns)] = inner
    f[rows], g[columns] = log["alpha"] - epsilon * np.log(a), log["beta"] - epsilon * np.log(b)
    return plan, f, g, int(log["n_iter"]) + 1


def _entropic_value(plan: np.ndarray, f: np.ndarray, g: np.ndarray) -> float:
    """⟨π, C⟩ + ε KL(π‖a⊗b) = ⟨π, f⊕g⟩, since ε log(π / (a⊗b)) = f⊕g − C."""
    return float(plan.sum(1) @ f + plan.sum(0) @ g)


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    """Σ p log(p/q) − p + q, with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return float(terms.sum() - p.sum() + q.sum())


_SOLVERS = {"exact": _exact, "entropic": _entropic, "debiased": _debiased, "unbalanced": _unbalanced, "partial": _partial}
