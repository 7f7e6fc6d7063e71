"""Many entropic problems at once: a masked, batched, stabilised Sinkhorn in torch, for CUDA, and for the processor until it has a kernel.

Scaling form with absorbed potentials (Schmitzer 2019): the kernel K = exp((f⊕g − C)/ε) is rebuilt around the current
potentials whenever the scalings u, v grow, so small ε neither overflows nor needs a log-sum-exp in every iteration.
Three things make it fast: problems are solved in groups of like size, small enough for a processor's cache; scalings
are row vectors, because a (1, n)·(n, m) product runs several times faster than (n, m)·(m, 1); and each problem is
over-relaxed by the factor its own convergence rate asks for (Lehmann et al. 2021, "A note on overrelaxation in the
Sinkhorn algorithm"). A problem stops when its own marginal error is small enough.
"""

from dataclasses import dataclass, fields

import torch

_GROUP_BYTES = 3_200_000  # kernel and its transpose of one group: fewer groups cost fewer calls, larger ones the cache
_GROUP_BYTES_CUDA = 1 << 28
_CHECK_EVERY = 8  # iterations between two looks at the errors
_LEAVE_SHARE = 4  # finished problems leave their group together, once they are a quarter of it
_FIRST_ROUND = 32  # iterations before the problems that are left are grouped anew; each further round is twice as long
_MARGIN = 0.8  # of the tolerance, at which iterations stop: the plan is made anew from the potentials, which rounds a little
_ABSORB = {torch.float32: 15.0, torch.float64: 150.0}  # |log u| at which potentials are absorbed


def potentials(cost, a, b, epsilon, tolerance: float, max_iterations: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Potentials f (B, n) and g (B, m) that hold ε log a and ε log b, and iterations (B,); arguments as of `batched.sinkhorn`."""
    sizes = torch.stack([_extent(a), _extent(b)], 1)
    progress = _begin(cost, a, b)
    pending, done, rounds = torch.arange(len(a), device=a.device), 0, _FIRST_ROUND
    while len(pending):
        rounds = min(rounds, max_iterations - done)
        for index in _groups(pending, sizes, cost):
            n, m = sizes[index].max(0).values.tolist()
            _solve_group(progress, index, (cost[index, :n, :m], a[index, :n], b[index, :m], epsilon[index]), _MARGIN * tolerance, rounds)
        done, rounds = done + rounds, 2 * rounds
        pending = pending[~progress.finished[pending]] if done < max_iterations else pending[:0]
    return progress.f, progress.g, progress.iterations


def _extent(mass: torch.Tensor) -> torch.Tensor:
    """(B,) number of entries up to the last one with mass."""
    positions = torch.arange(1, mass.shape[1] + 1, device=mass.device)
    return torch.where(mass > 0, positions, 0).amax(1)


@dataclass(frozen=True)
class _Progress:
    """Where each problem stands between rounds: potentials that hold ε log a and ε log b, over-relaxation, error."""

    f: torch.Tensor
    g: torch.Tensor
    omega: torch.Tensor
    error: torch.Tensor
    iterations: torch.Tensor
    finished: torch.Tensor


def _begin(cost, a, b) -> _Progress:
    """Potentials that put an entry 1 into every row and column of the kernel, so that neither can underflow; 0 where there is no mass,
    which the others do not see."""
    live_cost = torch.where((a <= 0)[:, :, None] | (b <= 0)[:, None, :], torch.inf, cost)
    f = torch.where(a > 0, live_cost.amin(2), 0.0)
    g = torch.where(b > 0, (live_cost - f[:, :, None]).amin(1), 0.0)
    ones = torch.ones(len(a), dtype=cost.dtype, device=cost.device)
    count = torch.zeros(len(a), dtype=torch.long, device=cost.device)
    return _Progress(f, g, ones, ones * torch.inf, count, count > 0)


def _groups(pending: torch.Tensor, sizes: torch.Tensor, cost: torch.Tensor) -> list[torch.Tensor]:
    """The pending problems in groups of like size that fit the cache together."""
    budget = _GROUP_BYTES_CUDA if cost.is_cuda else _GROUP_BYTES
    order = pending[torch.argsort(sizes[pending].prod(1), stable=True)].tolist()
    groups, current, extent = [], [], (0, 0)
    for index, (n, m) in zip(order, sizes[order].tolist(), strict=True):
        grown = (max(extent[0], n), max(extent[1], m))
        if current and grown[0] * grown[1] * (len(current) + 1) * 2 * cost.element_size() > budget:
            groups.append(torch.tensor(current, device=cost.device))
            current, grown = [], (n, m)
        current.append(index)
        extent = grown
    return [*groups, torch.tensor(current, device=cost.device)]


@dataclass
class _State:
    """One group on its way. Fields are indexed by problem first, so finished problems can be dropped from all at once.

    index (b,) the problem · f, g (b, n), (b, m) absorbed potentials, which hold ε log a and ε log b ·
    u, v scalings around them · kernel (b, n, m), transposed (b, m, n) · idle_a, idle_b 1 where there is no mass ·
    omega (b, 1) over-relaxation · error (b,) at the last check · noted (b,) bool, finished and on record
    """

    index: torch.Tensor
    cost: torch.Tensor
    a: torch.Tensor
    b: torch.Tensor
    idle_a: torch.Tensor
    idle_b: torch.Tensor
    epsilon: torch.Tensor
    f: torch.Tensor
    g: torch.Tensor
    u: torch.Tensor
    v: torch.Tensor
    kernel: torch.Tensor
    transposed: torch.Tensor
    omega: torch.Tensor
    error: torch.Tensor
    noted: torch.Tensor

    def keep(self, rows: torch.Tensor) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[rows])


def _solve_group(progress: _Progress, index: torch.Tensor, problems, tolerance: float, rounds: int) -> None:
    """Iterates one group from where its problems stand, `rounds` times or until all are finished, and notes where they
    stand then."""
    state = _start(progress, index, *problems)
    done = 0
    while done < rounds and len(state.index):
        steps = min(_CHECK_EVERY, rounds - done)
        error = _iterate(state, steps)
        done += steps
        _recover(state, error)
        finished = error <= tolerance
        _relax(state, error, steps)
        leaving = torch.ones_like(finished) if done >= rounds else finished
        # noted once, when a problem is finished: then its plan is the one that it gets alone
        if (new := leaving & ~state.noted).any():
            _note(progress, state, new, finished, done)
            state.noted |= new
        if state.noted.sum() * _LEAVE_SHARE >= len(finished):  # few at a time would be copied about more than they cost
            state.keep(~state.noted)
        _absorb(state)


def _start(progress: _Progress, index, cost, a, b, epsilon) -> _State:
    idle_a, idle_b = (a <= 0).to(cost.dtype), (b <= 0).to(cost.dtype)
    cost = torch.where((idle_a[:, :, None] + idle_b[:, None, :]) > 0, 0.0, cost)
    f, g = progress.f[index, : a.shape[1]], progress.g[index, : b.shape[1]]
    masses, scalings = (a + idle_a, b + idle_b, idle_a, idle_b), (torch.ones_like(a), torch.ones_like(b))
    errors = (progress.omega[index, None], progress.error[index], torch.zeros_like(index, dtype=torch.bool))
    state = _State(index, cost, *masses, epsilon[:, None], f, g, *scalings, cost, cost, *errors)
    _rebuild(state)
    return state


def _note(progress: _Progress, state: _State, leaving, finished, done: int) -> None:
    where = state.index[leaving]
    for potential, absorbed, scaling in ((progress.f, state.f, state.u), (progress.g, state.g, state.v)):
        potential[where, : absorbed.shape[1]] = (absorbed + state.epsilon * scaling.log())[leaving]
    progress.omega[where], progress.error[where] = state.omega[leaving, 0], state.error[leaving]
    progress.iterations[where] += done
    progress.finished[where] = finished[leaving]


def _rebuild(state: _State) -> None:
    kernel = (state.f[:, :, None] + state.g[:, None, :] - state.cost) / state.epsilon[:, :, None]
    state.kernel = kernel.masked_fill_((state.idle_a[:, :, None] + state.idle_b[:, None, :]) > 0, -torch.inf).exp_()
    state.transposed = state.kernel.transpose(1, 2).contiguous()


def _iterate(state: _State, steps: int) -> torch.Tensor:
    """Over-relaxed updates of u and v in place; (b,) the marginal error, NaN where a scaling broke.

    Without mass the product is 0 and the target 0: adding 1 to both keeps those scalings at 1.
    """
    u, v, omega = state.u[:, None, :], state.v[:, None, :], state.omega[:, :, None]
    a, b, idle_a, idle_b = (x[:, None, :] for x in (state.a, state.b, state.idle_a, state.idle_b))
    for _ in range(steps):
        u.lerp_(a / torch.baddbmm(idle_a, v, state.transposed), omega)
        columns = torch.baddbmm(idle_b, u, state.kernel)
        v.lerp_(b / columns, omega)
    rows = torch.baddbmm(idle_a, v, state.transposed)
    error = (u * rows - a).abs().sum((1, 2)) + (v * columns - b).abs().sum((1, 2))
    positive = (u.amin((1, 2)) > 0) & (v.amin((1, 2)) > 0)
    return torch.where(positive, error, torch.nan)


def _recover(state: _State, error: torch.Tensor) -> None:
    """Scalings that over- or underflowed: back to the absorbed potentials and a few steps in the log domain."""
    broken = ~torch.isfinite(error)
    if not broken.any():
        return
    epsilon = state.epsilon[broken][:, :, None]
    cost = state.cost[broken]
    log_a, log_b = ((x - idle)[broken].log() for x, idle in ((state.a, state.idle_a), (state.b, state.idle_b)))
    f, g = state.f[broken], torch.where(state.idle_b[broken] > 0, -torch.inf, state.g[broken])
    for _ in range(4):
        f = epsilon[:, :, 0] * (log_a - torch.logsumexp((g[:, None, :] - cost) / epsilon, 2))
        g = epsilon[:, :, 0] * (log_b - torch.logsumexp((f[:, :, None] - cost) / epsilon, 1))
    state.f[broken], state.g[broken] = (torch.where(torch.isfinite(x), x, 0.0) for x in (f, g))
    state.u[broken], state.v[broken], state.omega[broken] = 1.0, 1.0, 1.0
    error[broken] = torch.inf
    _rebuild(state)


def _relax(state: _State, error: torch.Tensor, steps: int) -> None:
    """Each problem's factor from its observed rate r: λ = (r + ω − 1)² / (ω² r) is the rate of plain Sinkhorn, and
    ω = 2 / (1 + √(1 − λ)) the best factor for it (Young 1954; Lehmann et al. 2021 §3). A growing error resets ω."""
    omega = state.omega[:, 0]
    rate = (error / state.error).clamp(1e-6, 1.0).pow(1 / max(steps, 1))
    plain = ((rate + omega - 1).square() / (omega.square() * rate)).clamp(0, 0.9999)
    best = 2 / (1 + (1 - plain).sqrt())
    settled = torch.isfinite(state.error) & (error < 0.2)
    omega = torch.where(settled & (rate > omega - 1), torch.maximum(best, omega), omega)
    growing = error > 2 * state.error
    state.omega = torch.where(growing | ~settled, 1.0, omega)[:, None]
    state.error = error


def _absorb(state: _State) -> None:
    """Moves large scalings into the potentials and rebuilds the kernel around them; each problem for itself, so that its plan does
    not depend on which others are solved beside it."""
    limit = _ABSORB[state.cost.dtype]
    log_u, log_v = state.u.log(), state.v.log()
    large = (torch.maximum(log_u.abs().amax(1), log_v.abs().amax(1)) > limit)[:, None]
    if large.any():
        state.f = torch.where(large, state.f + state.epsilon * log_u, state.f)
        state.g = torch.where(large, state.g + state.epsilon * log_v, state.g)
        state.u, state.v = torch.where(large, 1.0, state.u), torch.where(large, 1.0, state.v)
        _rebuild(state)
