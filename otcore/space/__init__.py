"""The space of words or sentences: which points, where they lie under each encoder, and what their neighbourhoods say."""

from otcore.space.film import film_steps, read_film
from otcore.space.measures import Neighbourhoods, neighbourhoods
from otcore.space.points import MOST_POINTS, Cloud, PointChoice, Points, State, encode_cloud, gather

__all__ = [
    "MOST_POINTS",
    "Cloud",
    "Neighbourhoods",
    "PointChoice",
    "Points",
    "State",
    "encode_cloud",
    "film_steps",
    "gather",
    "neighbourhoods",
    "read_film",
]
