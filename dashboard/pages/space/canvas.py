"""The picture as a component of the browser: what it is given of the points, once, and of what is selected, every time."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dashboard import state
from dashboard.background import work
from dashboard.kit.components.declaring import component
from dashboard.pages.space.colouring import Look
from dashboard.pages.space.drawing import Drawing, Pane, Scene, drawing_of
from dashboard.pages.space.figures import COLOURS
from dashboard.pages.space.labelling import labels_of
from dashboard.pages.space.word_classes import classes_of

_GREY = "#8A8A8A"
_MOST_LINKS = 200_000  # that travel; a selection's are among them for all but the largest own files
_MOST_CONTEXTS = 2_000  # sentences up to which a point tells its own
_STOPS = 64  # colours of a scale
_CIVIDIS = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838")

_cloud = component(__file__, "cloud", "cloud.js")
_canvas = component(__file__, "space", "canvas.js canvas_drawing.js", html='<div class="space"></div>', css="canvas.css")


def show(scene: Scene, now: dict[str, Any], *, key: str, on_pick: Callable[[], None], on_rest: Callable[[], None]) -> None:
    """Draws a picture, or a film.

    now    : `picked` and `found` points, `lines`, `classes` shown or none for all, `labels`, `frame`, `play`, what is `spoken`
    on_pick: callback: a JSON list of points is under "picked"; on_rest: of a film, the number of a frame is under "rested"
    """
    name = hashlib.sha256(repr((scene.picture.key, scene.picture.projection.settings, scene.colouring.label)).encode()).hexdigest()[:16]
    given = work.shelf().get(("cloud", name), lambda: cloud_of(scene, name))
    _cloud(data=given, key=f"{key}_cloud")
    _canvas(data=now | {"cloud": name}, key=key, on_picked_change=on_pick, on_rested_change=on_rest)


def taken(key: str) -> list[int]:
    """For the callback: the points that were picked."""
    try:
        told = json.loads(state.told(key, "picked") or "[]")
    except ValueError:
        return []
    return [one for one in told if isinstance(one, int) and one >= 0] if isinstance(told, list) else []


def cloud_of(scene: Scene, name: str) -> dict[str, Any]:
    """All that the browser needs of the points: places, colours, texts, links, labels; arrays as base64."""
    picture, points = scene.picture, scene.picture.cloud.points
    drawing = drawing_of(scene, list(range(len(picture.cloud.states))))
    looks = [pane.look for pane in drawing.panes]
    palette, by_group = _palette(looks[0]), looks[0].names == drawing.names
    kept, labels = len(points.contexts) <= _MOST_CONTEXTS and points.of_words, labels_of(picture)
    sentences = {key: place for place, key in enumerate(points.contexts)}
    own = [sentences.get((points.codes[k], id), 0) for k, id in zip(points.language, points.sentence, strict=True)] if kept else None
    return {
        "key": name,
        "picture": hashlib.sha256(repr((picture.key, picture.projection.settings)).encode()).hexdigest()[:16],
        "count": len(points),
        "stride": picture.projection.settings.dimensions,
        "film": scene.is_film,
        "steps": list(picture.steps),
        "names": list(drawing.names),
        "texts": [text if len(text) <= 160 else f"{text[:159]}…" for text in points.texts],
        "about": list(points.sentence),
        "contexts": [sentence.text for sentence in points.contexts.values()] if kept else [],
        "context": _packed(np.array(own, np.int32)) if kept else None,
        "group": _packed(points.language.astype(np.uint8)),
        "kind": _packed(classes_of(points)),
        "links": _packed(points.links[:_MOST_LINKS].astype(np.int32)),
        "palette": palette,
        "legend": _legend(looks[0], palette, by_group),
        "panes": [_pane(drawing, pane, k, labels[k]) for k, pane in enumerate(drawing.panes)],
    }


def _pane(drawing: Drawing, pane: Pane, k: int, labels: Sequence[tuple[str, np.ndarray]]) -> dict[str, Any]:
    low, high = np.array(drawing.ranges).T
    inside = ((pane.places - low) / (high - low)).astype(np.float32)
    axes = " · ".join(f"PC {axis + 1}: {share:.0%} of the variance" for axis, share in enumerate(pane.variance))
    return {
        "title": pane.title,
        "axes": axes or f"{drawing.method}: the axes have no unit",
        "xy": _packed(inside),
        "colour": _packed(_colours(pane.look)),
        "lengths": _packed(drawing.scene.picture.measures[k].lengths[:_MOST_LINKS].astype(np.float32)),
        "labels": [{"text": text, "at": ((at - low) / (high - low)).tolist()} for text, at in labels],
    }


def _palette(look: Look) -> list[str]:
    if look.scale:
        stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in _CIVIDIS])
        where = np.linspace(0, len(stops) - 1, _STOPS)
        mixed = np.stack([np.interp(where, np.arange(len(stops)), channel) for channel in stops.T], 1).round().astype(int)
        return [*("#{:02x}{:02x}{:02x}".format(*one) for one in mixed), _GREY]
    return [*COLOURS, _GREY]


def _colours(look: Look) -> np.ndarray:
    """(n,) the place of each point's colour in the palette, the last for what is grey."""
    if look.scale:
        low, high = np.nanmin(look.values, initial=0), np.nanmax(look.values, initial=-6)
        share = (look.values - low) / max(high - low, 1e-9) * (_STOPS - 1)
        return np.where(np.isfinite(share), np.nan_to_num(share), _STOPS).round().astype(np.uint8)
    colours = look.values % len(COLOURS)
    return np.where(look.rest & (look.values == len(look.names) - 1), len(COLOURS), colours).astype(np.uint8)


def _legend(look: Look, palette: list[str], by_group: bool) -> dict[str, Any]:
    entries = []
    if not by_group and 0 < len(look.names) <= len(COLOURS) + look.rest:
        places = _colours(Look(look.names, np.arange(len(look.names)), look.rest))
        entries = [(name, palette[place]) for name, place in zip(look.names, places, strict=True)]
    scale = None
    if look.scale:
        low, high = np.nanmin(look.values, initial=0), np.nanmax(look.values, initial=-6)
        scale = {"low": f"{low:.1f}", "high": f"{high:.1f}", "name": look.scale, "colours": palette[:-1:9]}
    return {"byGroup": by_group, "colours": len(COLOURS), "entries": entries, "scale": scale}


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
