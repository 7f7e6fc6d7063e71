"""Sums over the rows of small matrices, 64 bytes at a time: what the kernel spends its time in, written for the compiler's vectors.

Numba leaves loops of 20 steps scalar, and matrices of sentences have such sides. Here a side is padded to whole vectors ("lanes"): 16
numbers of float32 or 8 of float64, as wide as AVX-512 has them; narrower machines take two or four steps for one. Matrices lie row by row,
`stride` numbers apart; sums run down the rows, so that vectors are hardly ever added up across.

Everything lies in one array, `space`, and an argument says where something begins. Ends are not checked: `count` is padded to UNROLLED
rows and `width` to whole lanes, padding costs FAR, and its masses and scalings are 0.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

BYTES = 64
UNROLLED = 4  # independent sums at a time, because each addition waits for the one before
FAR = 1e30  # what padding costs

_FLAGS = ("contract", "reassoc", "nsz", "arcp")
# e^r on |r| ≤ ln 2 / 2 by its Taylor series, to half a unit in the last place of each precision
_TERMS = {4: 7, 8: 13}
_LOG2 = {4: (0.693359375, -2.12194440e-4), 8: (0.6931471803691238, 1.9082149292705877e-10)}  # ln 2 as a short and a small number
_LEAST = {4: -75.0, 8: -650.0}  # below, e^x is 0: products with what is smaller would be denormal, which is slow
_FRACTION = {4: 23, 8: 52}  # bits


class _Lanes:
    """Writes operations on vectors of one float type."""

    def __init__(self, context, builder, number, space) -> None:
        self.builder, self.space = builder, space
        self.scalar = context.get_value_type(number)
        self.size = number.bitwidth // 8
        self.count = BYTES // self.size
        self.type = ir.VectorType(self.scalar, self.count)
        self.suffix = f"v{self.count}f{number.bitwidth}"

    def splat(self, value) -> ir.Value:
        first = self.builder.insert_element(ir.Constant(self.type, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), self.count), [0] * self.count)
        return self.builder.shuffle_vector(first, ir.Constant(self.type, ir.Undefined), everywhere)

    def constant(self, value: float) -> ir.Value:
        return ir.Constant(self.type, [value] * self.count)

    def _at(self, place) -> ir.Value:
        return self.builder.bitcast(self.builder.gep(self.space, [place]), self.type.as_pointer())

    def load(self, place) -> ir.Value:
        return self.builder.load(self._at(place), align=self.size)

    def store(self, value, place) -> None:
        self.builder.store(value, self._at(place), align=self.size)

    def one(self, start, place) -> ir.Value:
        return self.builder.load(self.builder.gep(self.space, [self.builder.add(start, place)]))

    def call(self, name: str, *values) -> ir.Value:
        kind = ir.FunctionType(self.type, [self.type] * len(values))
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.{name}.{self.suffix}"), values)

    def total(self, vector) -> ir.Value:
        kind = ir.FunctionType(self.scalar, [self.scalar, self.type])
        add = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.vector.reduce.fadd.{self.suffix}")
        return self.builder.call(add, [ir.Constant(self.scalar, 0.0), vector], fastmath=("reassoc",))

    def add(self, x, y) -> ir.Value:
        return self.builder.fadd(x, y, flags=_FLAGS)

    def subtract(self, x, y) -> ir.Value:
        return self.builder.fsub(x, y, flags=_FLAGS)

    def multiply(self, x, y) -> ir.Value:
        return self.builder.fmul(x, y, flags=_FLAGS)

    def least(self, x, y) -> ir.Value:
        return self.builder.select(self.builder.fcmp_ordered("<", x, y), x, y)

    def greatest(self, x, y) -> ir.Value:
        return self.builder.select(self.builder.fcmp_ordered(">", x, y), x, y)

    def exponential(self, x) -> ir.Value:
        """e^x = 2^k e^r with k whole: the polynomial of r, and k added to the exponent's bits."""
        builder, bits = self.builder, 8 * self.size
        capped = self.greatest(x, self.constant(_LEAST[self.size]))
        k = self.call("rint", builder.fmul(capped, self.constant(1 / math.log(2))))
        r = capped
        for part in _LOG2[self.size]:
            r = builder.fsub(r, builder.fmul(k, self.constant(part), flags=("contract",)), flags=("contract",))
        power = self.constant(1 / math.factorial(_TERMS[self.size]))
        for term in reversed(range(_TERMS[self.size])):
            power = builder.fadd(builder.fmul(power, r, flags=("contract",)), self.constant(1 / math.factorial(term)), flags=("contract",))
        whole = ir.VectorType(ir.IntType(bits), self.count)
        short = builder.fptosi(k, ir.VectorType(ir.IntType(32), self.count))  # there is no quick way to 64 bits before AVX-512
        places = short if bits == 32 else builder.sext(short, whole)
        shifted = builder.shl(places, ir.Constant(whole, [_FRACTION[self.size]] * self.count))
        scaled = builder.bitcast(builder.add(builder.bitcast(power, whole), shifted), self.type)
        return builder.select(builder.fcmp_ordered("<", x, self.constant(_LEAST[self.size])), self.constant(0.0), scaled)

    @contextmanager
    def blocks(self, width) -> Iterator[ir.Value]:
        whole = width.type
        with cgutils.for_range_slice(self.builder, whole(0), width, whole(self.count), whole) as (block, _):
            yield block

    def down(self, matrix, stride, count, block, start: float, step, join) -> ir.Value:
        """One vector from the rows of a block of lanes: `step(so far, row's vector, row's number)` in independent strands, joined."""
        builder, whole = self.builder, stride.type
        strands = [cgutils.alloca_once(builder, self.type) for _ in range(UNROLLED)]
        for strand in strands:
            builder.store(self.constant(start), strand)
        with cgutils.for_range_slice(builder, whole(0), count, whole(UNROLLED), whole) as (first, _):
            for ahead, strand in enumerate(strands):
                row = builder.add(first, whole(ahead))
                vector = self.load(builder.add(matrix, builder.add(builder.mul(row, stride), block)))
                builder.store(step(builder.load(strand), vector, row), strand)
        first, second, third, fourth = (builder.load(strand) for strand in strands)
        return join(join(first, second), join(third, fourth))


def _written(space, arguments, body):
    """The signature, space and arguments → number, and a code generator that hands `body` the lanes, space's data and the arguments."""

    def generate(context, builder, kinds, values):
        kind = kinds.args[0]
        lanes = _Lanes(context, builder, kind.dtype, context.make_array(kind)(context, builder, values[0]).data)
        found = body(lanes, *values[1:])
        return ir.Constant(lanes.scalar, 0.0) if found is None else found

    return space.dtype(space, *arguments), generate


def _update(step):
    """A body that sets a scaling x to `step(lanes, x, mass, reached, factor)` where reached = given · matrix, and answers the L1 error
    |x · reached − mass| before it. No scaling falls to less than a tenth at once, so that over-relaxation leaves it positive; a lane
    that starts at 0 without mass stays there."""

    def body(lanes, scaling, mass, matrix, stride, given, count, width, omega):
        builder, factor = lanes.builder, lanes.splat(omega)
        error = cgutils.alloca_once(builder, lanes.type)
        builder.store(lanes.constant(0.0), error)

        def product(so_far, vector, row):
            return lanes.add(so_far, lanes.multiply(vector, lanes.splat(lanes.one(given, row))))

        with lanes.blocks(width) as block:
            reached = lanes.down(matrix, stride, count, block, 0.0, product, lanes.add)
            here = builder.add(scaling, block)
            x, wanted = lanes.load(here), lanes.load(builder.add(mass, block))
            off = lanes.call("fabs", lanes.subtract(lanes.multiply(x, reached), wanted))
            builder.store(lanes.add(builder.load(error), off), error)
            lanes.store(lanes.greatest(step(lanes, x, wanted, reached, factor), lanes.multiply(x, lanes.constant(0.1))), here)
        return lanes.total(builder.load(error))

    return body


def _relaxed(lanes, x, wanted, reached, factor):
    return lanes.add(x, lanes.multiply(factor, lanes.subtract(lanes.builder.fdiv(wanted, reached), x)))


def _between(lanes, x, wanted, reached, _):
    return lanes.call("sqrt", lanes.multiply(x, lanes.builder.fdiv(wanted, reached)))


@intrinsic
def relax(typing, space, scaling, mass, matrix, stride, given, count, width, omega):
    """x ← x + ω (mass / (given · matrix) − x): scaling, mass (width,), matrix (count, width), given (count,) → the error before."""
    return _written(space, (scaling, mass, matrix, stride, given, count, width, space.dtype), _update(_relaxed))


@intrinsic
def relax_alike(typing, space, scaling, mass, matrix, stride, given, count, width, omega):
    """x ← √(x · mass / (given · matrix)), where `given` is a copy of x and the matrix symmetric → the error before; ω has no part in it.

    source: Feydy et al. 2019 §3.1, the symmetric update of a cloud onto itself
    """
    return _written(space, (scaling, mass, matrix, stride, given, count, width, space.dtype), _update(_between))


@intrinsic
def least(typing, space, out, matrix, stride, given, count, width):
    """out ← the least of matrix − given down the rows, lane by lane: out (width,), matrix (count, width), given (count,)."""

    def body(lanes, out, matrix, stride, given, count, width):
        def lower(so_far, vector, row):
            return lanes.least(so_far, lanes.subtract(vector, lanes.splat(lanes.one(given, row))))

        with lanes.blocks(width) as block:
            lanes.store(lanes.down(matrix, stride, count, block, FAR, lower, lanes.least), lanes.builder.add(out, block))

    return _written(space, (out, matrix, stride, given, count, width), body)


@intrinsic
def gibbs(typing, space, kernel, cost, stride, rows, columns, count, width, inverse):
    """kernel ← exp((rows ⊕ columns − cost) / ε): kernel, cost (count, width), rows (count,), columns (width,), inverse 1 / ε."""

    def body(lanes, kernel, cost, stride, rows, columns, count, width, inverse):
        builder, factor = lanes.builder, lanes.splat(inverse)
        with cgutils.for_range(builder, count) as row:
            own, start = lanes.splat(lanes.one(rows, row.index)), builder.mul(row.index, stride)
            with lanes.blocks(width) as block:
                place = builder.add(start, block)
                gap = lanes.subtract(lanes.load(builder.add(columns, block)), lanes.load(builder.add(cost, place)))
                lanes.store(lanes.exponential(lanes.multiply(factor, lanes.add(own, gap))), builder.add(kernel, place))

    return _written(space, (kernel, cost, stride, rows, columns, count, width, space.dtype), body)


@intrinsic
def beyond(typing, space, scaling, width, limit):
    """How many of the scalings (width,) are above the limit or, without being 0, below its inverse."""

    def body(lanes, scaling, width, limit):
        builder, high, none = lanes.builder, lanes.splat(limit), lanes.constant(0.0)
        count = cgutils.alloca_once(builder, lanes.type)
        builder.store(none, count)
        with lanes.blocks(width) as block:
            x = lanes.load(builder.add(scaling, block))
            small = builder.and_(
                builder.fcmp_ordered("<", lanes.multiply(x, high), lanes.constant(1.0)), builder.fcmp_ordered(">", x, none)
            )
            outside = builder.or_(small, builder.fcmp_ordered(">", x, high))
            builder.store(lanes.add(builder.load(count), builder.select(outside, lanes.constant(1.0), none)), count)
        return lanes.total(builder.load(count))

    return _written(space, (scaling, width, space.dtype), body)
