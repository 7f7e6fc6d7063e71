"""What a person chose, and the address that says so."""

from dashboard.state.address import address_of, begin, end, holds_texts  # noqa: F401
from dashboard.state.choices import Choices, get, put  # noqa: F401
from dashboard.state.clicks import (  # noqa: F401
    clicked_point,
    mark,
    new_stamp,
    picked_point,
    picked_row,
    put_mark,
    stamp,
    take_pick,
    take_point,
    take_row,
    take_text,
    told,
    unmark,
)
from dashboard.state.navigation import page, recall, remember  # noqa: F401
from dashboard.state.replaced import forget as forget_replaced  # noqa: F401
from dashboard.state.system import System  # noqa: F401
