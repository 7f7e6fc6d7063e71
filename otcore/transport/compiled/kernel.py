"""One entropic problem at a time, compiled: the kernel, the scalings and all else of a sentence pair stay in the first-level cache.

The same algorithm as `otcore.transport.batched` has for CUDA: scalings u, v of a kernel K = exp((f⊕g − C)/ε) around absorbed potentials
(Schmitzer 2019 §3), over-relaxed by the factor that the problem's own rate asks for (Lehmann et al. 2021 §3). Words without mass are
left out, so nothing is masked. Nothing here holds Python's lock, and a problem's plan does not depend on any other's.
"""

import math
from collections import namedtuple

import numpy as np
from numba import carray, cfunc, njit, types

from otcore.transport.compiled.lanes import BYTES, FAR, UNROLLED, beyond, gibbs, least, relax, relax_alike

MANY = 1 << 40  # ends of arrays are not checked
PERIOD = 8  # sweeps between two looks at the rate and at the size of the scalings
WHERE = ("cost", "n", "m", "source", "target", "alike")  # of each problem: where its numbers begin, its sizes, whether a cloud onto itself
FOUND = ("value", "transport_cost", "error", "iterations")

# sizes of a problem, n × m words with mass; the same padded to rows and to lanes; where its parts begin in the space
_Room = namedtuple("_Room", "n m rows columns height width cost turned kernel turned_kernel f g u v a b end")
_compiled = njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})


@_compiled
def _room(n, m, start, itemsize):
    """Where the parts of an n × m problem lie, from `start` on."""
    lanes = BYTES // itemsize
    rows, columns = -(-n // UNROLLED) * UNROLLED, -(-m // UNROLLED) * UNROLLED
    height, width = -(-n // lanes) * lanes, -(-m // lanes) * lanes
    turned, kernel = start + height * width, start + 2 * height * width
    f = kernel + 2 * height * width
    u, a = f + height + width, f + 2 * (height + width)
    places = (start, turned, kernel, kernel + height * width, f, f + height, u, u + height, a, a + height, a + height + width)
    return _Room(n, m, rows, columns, height, width, *places)


@_compiled
def _fill(numbers, start, stop, value):
    for i in range(start, stop):
        numbers[i] = value


@_compiled
def _copy(s, out, given, count):
    for i in range(count):
        s[out + i] = s[given + i]


@_compiled
def _living(mass, start, count, places):
    """The places of the words that have mass, and their number."""
    live = 0
    for i in range(count):
        if mass[start + i] > 0:
            places[live] = i
            live += 1
    return live


@_compiled
def _gather(s, d, cost, where, rows, columns, a, b):
    """Copies a problem without the words that have no mass, costs both ways round."""
    _fill(s, d.cost, d.kernel, FAR)
    _fill(s, d.a, d.end, 0.0)
    for i in range(d.n):
        start = where[0] + rows[i] * where[2]
        s[d.a + i] = a[where[3] + rows[i]]
        for j in range(d.m):
            entry = cost[start + columns[j]]
            s[d.cost + i * d.width + j] = entry
            s[d.turned + j * d.height + i] = entry
    for j in range(d.m):
        s[d.b + j] = b[where[4] + columns[j]]


@_compiled
def _begin(s, d, alike):
    """Potentials that put an entry 1 into every row and column of the kernel, so that neither can underflow."""
    _fill(s, d.f, d.u, 0.0)
    if alike:
        for i in range(d.n):
            s[d.f + i] = s[d.g + i] = s[d.cost + i * d.width + i] / 2
    else:
        least(s, d.f, d.turned, d.height, d.g, d.columns, d.height)
        _fill(s, d.f + d.n, d.g, 0.0)
        least(s, d.g, d.cost, d.width, d.f, d.rows, d.width)
        _fill(s, d.g + d.m, d.u, 0.0)


@_compiled
def _rebuild(s, d, epsilon, alike):
    """The kernels around the potentials, and scalings of 1."""
    inverse = s.dtype.type(1 / epsilon)
    gibbs(s, d.kernel, d.cost, d.width, d.f, d.g, d.rows, d.width, inverse)
    if not alike:
        gibbs(s, d.turned_kernel, d.turned, d.height, d.g, d.f, d.columns, d.height, inverse)
    _fill(s, d.u, d.a, 0.0)
    _fill(s, d.u, d.u + d.n, 1.0)
    _fill(s, d.v, d.v + d.m, 1.0)


@_compiled
def _sweep(s, d, omega):
    """One over-relaxed update of both scalings; the errors of rows and columns that each found."""
    factor = s.dtype.type(omega)
    rows = relax(s, d.u, d.a, d.turned_kernel, d.height, d.v, d.columns, d.height, factor)
    return rows, relax(s, d.v, d.b, d.kernel, d.width, d.u, d.rows, d.width, factor)


@_compiled
def _sweep_alike(s, d):
    """One update of the scaling u of a cloud onto itself, after a copy to v; the error that it found."""
    _copy(s, d.v, d.u, d.width)
    return 2 * relax_alike(s, d.u, d.a, d.kernel, d.width, d.v, d.rows, d.width, s.dtype.type(1))


@_compiled
def _absorb(s, d, epsilon, alike):
    """Moves scalings that have grown large into the potentials."""
    limit = s.dtype.type(3e6 if s.itemsize == 4 else 1e65)
    if beyond(s, d.u, d.a - d.u, limit) > 0:
        for i in range(d.n):
            s[d.f + i] += epsilon * math.log(s[d.u + i])
        for j in range(d.m):
            s[d.g + j] = s[d.f + j] if alike else s[d.g + j] + epsilon * math.log(s[d.v + j])
        _rebuild(s, d, epsilon, alike)


@_compiled
def _logarithmic(s, out, given, mass, cost, stride, count, other, epsilon, share):
    """out ← share of ε (log mass − log Σ exp((given − cost)/ε)), row by row, and the rest of what it was."""
    for i in range(count):
        row, top, total = cost + i * stride, -np.inf, 0.0
        for j in range(other):
            top = max(top, s[given + j] - s[row + j])
        for j in range(other):
            total += math.exp((s[given + j] - s[row + j] - top) / epsilon)
        s[out + i] = share * (epsilon * (math.log(s[mass + i]) - math.log(total)) - top) + (1 - share) * s[out + i]


@_compiled
def _recover(s, d, epsilon, alike):
    """Scalings that over- or underflowed: back to the absorbed potentials and a few steps in the log domain."""
    for _ in range(4):
        if alike:
            _copy(s, d.g, d.f, d.width)
        _logarithmic(s, d.f, d.g, d.a, d.cost, d.width, d.n, d.m, epsilon, 0.5 if alike else 1.0)
        if not alike:
            _logarithmic(s, d.g, d.f, d.b, d.turned, d.height, d.m, d.n, epsilon, 1.0)
    if alike:
        _copy(s, d.g, d.f, d.width)
    _rebuild(s, d, epsilon, alike)


@_compiled
def _relaxation(omega, error, before):
    """The factor for the observed rate r of PERIOD sweeps: λ = (r + ω − 1)² / (ω² r) is the rate of plain Sinkhorn and
    2 / (1 + √(1 − λ)) the best factor for it (Young 1954; Lehmann et al. 2021 §3). A growing error begins anew."""
    if error > 2 * before or error >= 0.2 or before == np.inf:
        return 1.0
    rate = min(max(error / before, 1e-6), 1.0) ** (1 / PERIOD)
    if rate <= omega - 1:
        return omega
    plain = min((rate + omega - 1) ** 2 / (omega * omega * rate), 0.9999)
    return max(omega, 2 / (1 + math.sqrt(1 - plain)))


@_compiled
def _iterate(s, d, epsilon, alike, tolerance, most):
    """(sweeps, error): until the marginal error of the scalings as they are is measured to be at most the tolerance."""
    omega, before, left, done = 1.0, np.inf, 0.0, 0
    while done < most:
        rows, columns = _sweep(s, d, omega)
        done += 1
        # of the scalings before the sweep; a column step leaves |1 − ω| of the columns' error
        error, left = rows + left, abs(1 - omega) * columns
        if not error < np.inf:
            _recover(s, d, epsilon, alike)
            omega, before, left = 1.0, np.inf, 0.0
        elif error <= tolerance:
            rows, columns = _sweep(s, d, 0.0)
            if rows + columns <= tolerance:
                return done, rows + columns
        elif done % PERIOD == 0:
            omega, before = _relaxation(omega, error, before), error
            _absorb(s, d, epsilon, alike)
    rows, columns = _sweep(s, d, 0.0)
    if not rows + columns < np.inf:
        _recover(s, d, epsilon, alike)
        rows, columns = _sweep(s, d, 0.0)
    return done, rows + columns


@_compiled
def _iterate_alike(s, d, epsilon, alike, tolerance, most):
    """The same for a cloud onto itself, with one scaling for both sides."""
    done, error = 0, np.inf
    while done < most and not error <= tolerance:
        error = _sweep_alike(s, d)
        done += 1
        if not error < np.inf:
            _recover(s, d, epsilon, alike)
        elif done % PERIOD == 0 and error > tolerance:
            _absorb(s, d, epsilon, alike)
    if not error <= tolerance:
        error = _sweep_alike(s, d)
    _copy(s, d.u, d.v, d.width)
    return done, error


@_compiled
def _potentials(s, out, start, count, absorbed, scaling, mass, places, live, epsilon):
    """Potentials that the masses are taken out of, at their words' places and where the absorbed ones were; 0 where there is no mass."""
    if live < count:
        _fill(out, start, start + count, 0.0)
    for i in range(live):
        s[absorbed + i] += epsilon * math.log(s[scaling + i] / s[mass + i])
        out[start + places[i]] = s[absorbed + i]


@_compiled
def _plan(s, d, where, rows, columns, plan):
    """Writes the plan; its value and its cost, given potentials without masses."""
    if d.n * d.m < where[1] * where[2]:
        _fill(plan, where[0], where[0] + where[1] * where[2], 0.0)
    value, cost = 0.0, 0.0
    for i in range(d.n):
        own, potential, at, start = s[d.u + i], s[d.f + i], i * d.width, where[0] + rows[i] * where[2]
        worth, moved = s.dtype.type(0), s.dtype.type(0)
        for j in range(d.m):
            mass = own * s[d.kernel + at + j] * s[d.v + j]
            worth += mass * (potential + s[d.g + j])
            moved += mass * s[d.cost + at + j]
            plan[start + columns[j]] = mass
        value += worth
        cost += moved
    return value, cost


@_compiled
def _all(flat, where, epsilon, tolerance, most, written, first, last, space, start, places):
    (cost, a, b), (plan, f, g, found) = flat, written
    for k in range(first, last):
        here, alike = where[k], where[k, 5] > 0
        rows, columns = places[: here[1]], places[here[1] : here[1] + here[2]]
        d = _room(_living(a, here[3], here[1], rows), _living(b, here[4], here[2], columns), start, cost.itemsize)
        _gather(space, d, cost, here, rows, columns, a, b)
        _begin(space, d, alike)
        _rebuild(space, d, epsilon[k], alike)
        if alike:
            found[k, 3], found[k, 2] = _iterate_alike(space, d, epsilon[k], alike, tolerance, most)
        else:
            found[k, 3], found[k, 2] = _iterate(space, d, epsilon[k], alike, tolerance, most)
        _potentials(space, f, here[3], here[1], d.f, d.u, d.a, rows, d.n, epsilon[k])
        _potentials(space, g, here[4], here[2], d.g, d.v, d.b, columns, d.m, epsilon[k])
        found[k, 0], found[k, 1] = _plan(space, d, here, rows, columns, plan)


def compiled(number) -> tuple[str, bytes]:
    """The name and the object file of a function in C's manner that solves the problems first … last, for one of numba's float types.

    Its pointers lead to costs, masses of both sides (flat), where (problems, 6), ε (problems,); to be written plans, f, g (flat), found
    (problems, 4); and room of its own: `space`, from `start` on, for what `_room` needs of the largest problem, and n + m places.
    """
    given, whole, double = types.CPointer(number), types.CPointer(types.int64), types.CPointer(types.float64)
    inputs = (given, given, given, whole, double, types.float64, types.int64)
    outputs = (given, given, given, double, types.int64, types.int64)

    def solve(cost, a, b, where, epsilon, tolerance, most, plan, f, g, found, first, last, space, start, places):
        flat = carray(cost, MANY), carray(a, MANY), carray(b, MANY)
        written = carray(plan, MANY), carray(f, MANY), carray(g, MANY), carray(found, (last, 4))
        table, strengths = carray(where, (last, 6)), carray(epsilon, last)
        _all(flat, table, strengths, tolerance, most, written, first, last, carray(space, MANY), start, carray(places, MANY))

    made = cfunc(types.void(*inputs, *outputs, given, types.int64, whole))(solve)
    return made.native_name, made._library.serialize_using_object_code()[2][0]
