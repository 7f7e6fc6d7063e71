"""What the person wants to see of the space, as plain values."""

from dataclasses import dataclass

from dashboard import state
from dashboard.state.parsing import LAYER_DEFAULT
from otcore.base.errors import InputError
from otcore.corpora.collection import Collection
from otcore.space.points import PointChoice
from otcore.space.projection import ProjectionSettings


@dataclass(frozen=True)
class SpaceView:
    """One view of the page, complete but for what is selected.

    mode      : "pair" (before and after), "one" or "film"
    systems   : encoders with their layers (None is the encoder's own); none for a film
    points    : what is plotted; None for a film, whose run says it
    run       : whose snapshots the film shows
    """

    mode: str
    systems: tuple[tuple[str, int | None], ...]
    points: PointChoice | None
    projection: ProjectionSettings
    run: str = ""


def current(collection: Collection) -> SpaceView:
    """The choices as they stand.

    raises: InputError   nothing is left to plot, or settings that the engine refuses
    """
    get = state.get
    projection = ProjectionSettings(
        get("sp_method"), int(get("sp_dims")), int(get("sp_neighbours")), float(get("sp_min_dist")), get("sp_metric"), int(get("sp_seed"))
    )
    if get("sp_mode") == "film":
        if not get("run"):
            raise InputError("Choose a fine-tuning run: its snapshots are the film.")
        return SpaceView("film", (), None, projection, get("run"))
    sides = "ab" if get("sp_mode") == "pair" else "b"
    layers = [get(f"sp_layer_{side}") for side in sides]
    systems = tuple((get(f"sp_{side}"), None if at == LAYER_DEFAULT else int(at)) for side, at in zip(sides, layers, strict=True))
    points = PointChoice(tuple(get("sp_langs")), sentence_ids(collection), get("sp_unit"), get("sp_pooling"))
    return SpaceView(get("sp_mode"), systems, points, projection)


def sentence_ids(collection: Collection) -> tuple[str, ...]:
    """The chosen sentences: those named, else the first so many of the part that show any of the tags."""
    get = state.get
    named = set(get("sp_ids"))
    if named:
        found = [entry.id for entry in collection.entries if entry.id in named]
        if not found:
            raise InputError("None of the sentences named is in the collection; choose others.")
        return tuple(found)
    wanted = set(get("sp_tags"))
    fitting = [
        entry.id for entry in collection.entries
        if get("sp_part") in ("all", entry.split) and (not wanted or wanted & set(entry.tags))
    ]  # fmt: skip
    return tuple(fitting[: int(get("sp_count"))])
