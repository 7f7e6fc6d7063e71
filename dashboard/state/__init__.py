"""What a person chose, and the address that says so."""

from dashboard.state.address import address_of, begin, end, holds_texts
from dashboard.state.choices import Choices, get, put
from dashboard.state.clicks import (
    clicked_point,
    mark,
    new_stamp,
    picked_point,
    picked_row,
    put_mark,
    stamp,
    take_pick,
    take_point,
    take_points,
    take_row,
    take_text,
    unmark,
)
from dashboard.state.navigation import page, recall, remember
from dashboard.state.system import System

__all__ = [
    "Choices",
    "System",
    "address_of",
    "begin",
    "clicked_point",
    "end",
    "get",
    "holds_texts",
    "mark",
    "new_stamp",
    "page",
    "picked_point",
    "picked_row",
    "put",
    "put_mark",
    "recall",
    "remember",
    "stamp",
    "take_pick",
    "take_point",
    "take_points",
    "take_row",
    "take_text",
    "unmark",
]
