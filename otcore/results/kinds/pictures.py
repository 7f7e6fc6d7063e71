"""The picture of the bundled editions that the Space page opens on: where the words lie, and what is measured of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otcore.base.progress import Teller
from otcore.corpora.collection import load_collection
from otcore.results.kind import Kind
from otcore.results.store import Stored
from otcore.space.settings import PointChoice, ProjectionSettings

if TYPE_CHECKING:
    from otcore.space.measures import Neighbourhoods
    from otcore.space.points import Cloud
    from otcore.space.projection import Projection

_COSINE = 2**14  # of a cosine's steps in the whole numbers that are kept
Drawn = tuple["Cloud", "Projection", tuple["Neighbourhoods", ...]]


@dataclass(frozen=True)
class PictureOf:
    """Which points, at which layers of the encoders (None is an encoder's own), and how they are projected."""

    points: PointChoice
    layers: tuple[int | None, ...]
    projection: ProjectionSettings


class Pictures(Kind):
    """The settings are a PictureOf; the result is a cloud whose states have no vectors any more, its projection, and its measures, of
    which the neighbours that are known are those that are shown."""

    name, label, rank = "pictures", "picture of the space", 50

    def wanted(self) -> Sequence[tuple[tuple[str, ...], PictureOf]]:
        return [(("base", "aligned"), PictureOf(PointChoice(), (None, None), ProjectionSettings()))]

    def make(self, encoders: Sequence, settings: PictureOf, tell: Teller) -> Drawn:
        from otcore.space.measures import neighbourhoods
        from otcore.space.points import encode_cloud
        from otcore.space.projection import project

        layers = [one.check_layer(layer) for one, layer in zip(encoders, settings.layers, strict=True)]
        cloud = encode_cloud(load_collection(), settings.points, list(zip(encoders, layers, strict=True)), tell.part(0, 0.3))
        states = [state.vectors for state in cloud.states]
        measures = tuple(neighbourhoods(cloud.points, x, tell=part) for x, part in tell.part(0.3, 0.5).each(states))
        known = [one.known for one in measures]
        return cloud, project(states, settings.projection, tell=tell.part(0.5, 1), known=known), measures

    def pack(self, result: Drawn) -> Stored:
        cloud, projection, measures = result
        states, arrays = [], {}
        for number, (state, places, measured) in enumerate(zip(cloud.states, projection.coordinates, measures, strict=True)):
            trusted, apart = projection.trustworthiness[number], measured.apart
            states.append([state.name, state.layer, trusted, measured.chance, None if math.isnan(apart) else apart])
            kept = {
                "places": places.astype(np.float32),
                "nearest": measured.nearest.astype(np.uint16),
                "similarity": np.rint(measured.similarity * _COSINE).astype(np.int16),
                "ranks": measured.ranks.astype(np.uint16),
                "lengths": np.rint(measured.lengths * _COSINE).astype(np.uint16),
            }
            arrays |= {f"{name} {number}": array for name, array in kept.items()}
        points = cloud.points
        owners = dict.fromkeys(zip(points.language.tolist(), points.sentence, strict=True), 0)
        for owner in zip(points.language.tolist(), points.sentence, strict=True):
            owners[owner] += 1
        variance = [list(one) for one in projection.variance]
        return Stored({"states": states, "kept": list(owners.values()), "variance": variance, "sample": projection.sample}, arrays)

    def unpack(self, stored: Stored, settings: PictureOf) -> Drawn:
        from otcore.space.measures import Neighbourhoods
        from otcore.space.points import Cloud, State, gather
        from otcore.space.projection import Projection

        collection, value = load_collection(), stored.value
        chosen = settings.points.sentences(collection)
        points = gather(collection, chosen, value["kept"], of_words=settings.points.of_words)
        states, places, measures = [], [], []
        for number, (name, layer, _, chance, apart) in enumerate(value["states"]):
            one = {key: stored.arrays[f"{key} {number}"] for key in ("places", "nearest", "similarity", "ranks", "lengths")}
            nearest, similarity = one["nearest"].astype(np.int64), (one["similarity"] / _COSINE).astype(np.float32)
            mixing = (points.language[nearest] != points.language[:, None]).mean(1)
            known = nearest, (1 - similarity).clip(0)
            lengths, ranks = (one["lengths"] / _COSINE).astype(np.float32), one["ranks"].astype(np.int32)
            measures.append(
                Neighbourhoods(nearest, similarity, ranks, mixing, chance, lengths, math.nan if apart is None else apart, known)
            )
            states.append(State(name, layer, np.empty((len(points), 0), np.float32)))
            places.append(one["places"])
        whole = sum(len(sentence.words) for sentence in chosen) if settings.points.of_words else len(chosen)
        variance, trusted = tuple(map(tuple, value["variance"])), tuple(one[2] for one in value["states"])
        projection = Projection(settings.projection, tuple(places), variance, trusted, value["sample"])
        return Cloud(points, tuple(states), whole - len(points)), projection, tuple(measures)


KIND = Pictures()
