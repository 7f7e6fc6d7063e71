"""Laws of declared choices: what is written is read, what is refused is told, and an address of any text is no more than defaults."""

import dataclasses
import importlib
import inspect
import math
import pkgutil
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboard.pages.registry  # noqa: F401  declares the choices of every page
import otcore
from dashboard import state
from dashboard.state import choices as held
from dashboard.state.choices import KNOWN
from otcore.base.choices import build, check, choice, declared, like, nested, variant
from otcore.base.errors import InputError
from otcore.base.kinds import Flag, Maybe, Number, OneOf, Several, Text


def settings_classes() -> list[type]:
    """Every dataclass of the engine and the pages that declares a choice."""
    modules = [entry.name for entry in pkgutil.walk_packages(otcore.__path__, "otcore.") if "__main__" not in entry.name]
    pages = importlib.import_module("dashboard.pages").__path__
    modules += [f"dashboard.pages.{entry.name}.choices" for entry in pkgutil.iter_modules(pages) if entry.ispkg]
    found = []
    for name in modules:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:  # a page without choices, a module that needs an optional library
            continue
        own = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == name and dataclasses.is_dataclass(one)]
        found += [one for one in own if declared(one) and not inspect.isabstract(one)]
    return [*found, state.System]


CLASSES = settings_classes()
CHOICES = [(one, name, made) for one in CLASSES for name, made in declared(one).items()]
NAMES = st.text(st.characters(exclude_characters=",", exclude_categories=("Cs",)), min_size=1, max_size=20).filter(str.strip)
WRITTEN = ("en", "de", "pt-br", "de:" + "0" * 20, "fr:" + "f" * 20 + ":r")  # names that some choices take, which read them in their own way
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.one_of(st.text(), st.integers())), st.binary()
)


def values(kind) -> st.SearchStrategy:  # noqa: PLR0911
    """Values that a kind takes and an address can hold."""
    match kind:
        case Flag():
            return st.booleans()
        case Number(stops=(_, *_)):
            return st.sampled_from(kind.stops)
        case Number():
            low, high = kind.dial[:2] if kind.dial else (kind.low, kind.high)
            if kind.whole:
                return st.integers(*(None if math.isinf(end) else int(end) for end in (low, high))).filter(lambda one: _taken(kind, one))
            ends = (None if math.isinf(end) else end for end in (low, high))
            return st.floats(*ends, allow_nan=False, allow_infinity=False).filter(lambda one: _taken(kind, one))
        case OneOf():
            return st.sampled_from(list(kind.labels))
        case Several():
            names = NAMES if kind.each is str else st.sampled_from([name for name in WRITTEN if _reads(kind, name)])
            names = names if kind.options is None else st.sampled_from(list(kind.labels))
            return st.lists(names, min_size=kind.least, max_size=min(kind.most, 5), unique=True)
        case Text(pattern=""):
            return st.text(st.characters(exclude_categories=("Cs",)), max_size=kind.most).filter(lambda one: _taken(kind, one))
        case Text():
            return st.from_regex(kind.pattern, fullmatch=True).filter(lambda one: _taken(kind, one))
        case Maybe():
            return st.none() | values(kind.kind).filter(kind.kind.write)
    raise AssertionError(f"values of {kind}")


def _reads(kind: Several, name: str) -> bool:
    try:
        return kind.each(name) == name
    except ValueError:
        return False


def _taken(kind, value) -> bool:
    try:
        return kind.check(value) == value
    except ValueError:
        return False


def _refusal(made, name: str, value) -> str | None:
    try:
        made.checked(name, value)
    except InputError as error:
        return str(error)
    return None


def _outcome(make):
    """What is made, or the sentence in its place: some settings need to be told something."""
    try:
        return make()
    except (InputError, TypeError) as error:
        return str(error)


def test_settings_are_found():
    assert {"AlignSettings", "AlignView", "Entropic", "Threshold", "SearchView", "System"} <= {one.__name__ for one in CLASSES}


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__name__)
def test_settings_made_of_nothing_are_the_defaults(one):
    made = _outcome(one)
    assert _outcome(lambda: build(one, {})) == made
    assert [name for name, value in getattr(made, "__dict__", {}).items() if isinstance(value, list)] == [], "settings do not change"


@pytest.mark.parametrize(("one", "name", "made"), CHOICES, ids=lambda one: getattr(one, "__name__", one if isinstance(one, str) else ""))
def test_a_default_is_a_value_and_survives_an_address(one, name, made):
    assert made.kind.check(made.default) == made.default
    assert made.kind.read(made.kind.write(made.default)) == made.default
    assert held.read(made, held.written(made, held.start_of(made))) == held.start_of(made)


KINDS = [*{repr(made.kind): made.kind for _, _, made in CHOICES}.values()]


@given(st.data())
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_what_is_written_is_read(kind, data):
    value = data.draw(values(kind))
    assert kind.check(value) == value
    assert kind.read(kind.write(value)) == value


@given(text=st.text() | st.from_regex(r"-?[0-9]{1,400}(\.[0-9]+)?(e-?[0-9]{1,5})?"))
def test_an_address_of_any_text_gives_a_value_of_every_choice(text):
    for key, one in KNOWN.items():
        found = held.value_of(one, held.read(one, text))
        if hasattr(one.kind, "check"):
            assert one.kind.check(found) == found, key


@given(value=ANYTHING)
def test_what_is_no_value_is_refused_in_a_sentence(value):
    for one, name, made in CHOICES:
        told = _refusal(made, name, value)
        assert told is None or told.startswith(name) or told == made.kind.missing
        assert told is None or (told.endswith(".") and len(told) < 1_500), one


@dataclass(frozen=True, kw_only=True)
class _Steep:
    name: ClassVar[str] = "steep"
    label: ClassVar[str] = "steep one"
    angle: float = choice(0.5, Number(0, 1, above=True), "Angle")
    rise: int = choice(3, Number(1, whole=True), "Rise")

    def __post_init__(self) -> None:
        check(self, "The steep one's ")


@dataclass(frozen=True, kw_only=True)
class _Flat:
    name: ClassVar[str] = "flat"
    label: ClassVar[str] = "flat one"
    rise: int = like(_Steep, "rise", default=1)
    width: float = choice(2.0, Number(0), "Width", when=lambda values: values["rise"] > 1)


_SLOPES = {"steep": _Steep, "flat": _Flat}


@dataclass(frozen=True)
class _Way:
    slope: _Steep | _Flat = variant(_Steep(angle=0.25), _SLOPES, "Slope")
    names: tuple[str, ...] = choice(["a"], Several(3, missing="Name one."), "Names")


@dataclass(frozen=True)
class _Both:
    up: _Way = nested(_Way, prefix="up_")
    down: _Way = nested(_Way, suffix="_down", slope="flat")
    loose: int = 4


def test_flat_names_of_nested_settings_and_members():
    names = ["slope", "angle", "rise", "width", "names"]
    found = declared(_Both)
    assert list(found) == [f"up_{name}" for name in names] + [f"{name}_down" for name in names]
    assert [found[name].default for name in ("up_slope", "slope_down", "up_angle", "names_down")] == ["steep", "flat", 0.25, ["a"]]
    assert found["up_rise"].default is None, "members start with it differently"
    assert found["angle_down"].sibling("width") == "width_down"
    assert found["up_slope"].kind.labels == {"steep": "steep one", "flat": "flat one"}


def test_conditions_read_the_names_of_their_own_settings():
    found = declared(_Both)
    values = {name: one.default for name, one in found.items()} | {"rise_down": 1}
    assert found["up_angle"].applies(values)
    assert not found["angle_down"].applies(values)
    assert not found["up_width"].applies(values)
    assert not found["width_down"].applies(values), "a member's own condition holds too"
    assert found["width_down"].applies(values | {"rise_down": 2, "up_rise": 1})


def test_settings_are_built_from_flat_values():
    assert build(_Both, {}) == _Both()
    assert _Both().down.slope == _Flat()
    assert _Both().up.slope == _Steep(angle=0.25)
    both = build(_Both, {"up_slope": "flat", "up_angle": 0.75, "width_down": 5.0, "names_down": ["b", "c"], "loose": 7})
    assert both.up.slope == _Flat(), "of the values, those that the member has"
    assert both.down == _Way(_Flat(width=5.0), ("b", "c"))
    assert both.loose == 7
    assert build(_Way, {"angle": None, "rise": None}).slope == _Steep(angle=0.25), "None leaves a member's setting to it"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"up_slope": "hilly"}, "slope must be one of steep, flat, not “hilly”."),
        ({"angle_down": 0}, "angle must be a number above 0 and at most 1, not 0."),  # of the member that is not chosen, too
        ({"names_down": []}, "Name one."),
        ({"up_names": ["a", "b", "c", "d"]}, r"names must be 1 to 3 names, not \['a', 'b', 'c', 'd'\]."),
        ({"up_names": ["a", "b", "a"]}, "names must name each once, not “a, b, a”."),
        ({"up_names": "abc"}, "names must be names, not “abc”."),
        ({"up_rise": 10**400}, "rise"),
    ],
)
def test_what_settings_refuse(values, message):
    with pytest.raises(InputError, match=message):
        build(_Both, {"up_rise": "high"} if message == "rise" else values)


def test_settings_refuse_what_their_constructor_is_given():
    with pytest.raises(InputError, match=r"^The steep one's rise must be a whole number from 1 up, not 0\.5\.$"):
        _Steep(rise=0.5)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Number(0, above=True, stops=(0.01, 0.1, 1.0)), "0.04", 0.1),
        (Number(0, above=True, stops=(0.01, 0.1, 1.0)), "1e300", 1.0),
        (OneOf((0.5, 2.0)), "2.0", 2.0),
        (OneOf((1, 4)), "4", 4),
        (Several(3, least=0), "b,,a,b", ["b", "a"]),
        (Maybe(Number(0, 9, whole=True), blank=-1), "", None),
    ],
)
def test_texts_of_an_address(kind, text, value):
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Flag(), "yes"),
        (Number(0, 10, dial=(2, 8, 1)), "9"),
        (Number(0, 10), "nan"),
        (Number(whole=True), "1.0"),
        (Number(-5, stops=(1.0, 2.0)), "-3"),
        (OneOf(("a", "b")), "c"),
        (Several(2, ("a", "b")), "a,c"),
        (Text(3), "four"),
        (Text(9, filled=True), " "),
        (Text(9, pattern="[a-z]*"), "a1"),
    ],
)
def test_texts_that_are_no_value(kind, text):
    with pytest.raises(ValueError, match=r"must|could not|invalid"):
        kind.read(text)


def test_a_name_declared_twice_is_refused():
    """Flat, both would be one key of the session: what a person set in one place would be taken in the other."""

    @dataclass(frozen=True)
    class Inner:
        beside: float = choice(0.5, Number(0, 1))

    @dataclass(frozen=True)
    class Outer:
        beside: str = choice("a", OneOf(("a", "b")))
        inner: Inner = nested(Inner)

    with pytest.raises(ValueError, match="declares beside twice"):
        declared(Outer)
