"""The pages, in the order of the navigation. Nothing of a page is loaded here: its title and words are there at once."""

import contextlib
import importlib
import threading
from dataclasses import dataclass

import streamlit as st

from dashboard.background import apart
from dashboard.background.kinds import QUICK
from dashboard.kit.explain import explain
from otcore.base.errors import InputError, MemoryFull, is_memory_full
from otcore.encoders import DEFAULT

_FIGURE = 420  # pixels, about where a first figure will stand
_begun = threading.Lock()
_loaded: set[str] = set()  # pages whose code is there, all of it: another thread may be in the middle of it


@dataclass(frozen=True)
class Page:
    """A page of the app: its folder and address, its title, its icon, and what it is about, for the moments in which its code is loaded."""

    name: str
    title: str
    icon: str
    about: str
    charts: bool = True  # whether figures are drawn with Plotly

    @property
    def module(self) -> str:
        return f"dashboard.pages.{self.name}.page"

    def load(self, first: str) -> None:
        """Loads a module and then the code of the page; meanwhile its title, its words and the place of its figure are there."""
        place = st.empty()
        if self.name not in _loaded:
            with place.container():
                st.title(self.title, anchor=False)
                st.caption(self.about)
                st.skeleton(height=_FIGURE)
                if self.charts:
                    _fetch_drawing()
            importlib.import_module(first)
            importlib.import_module(self.module)
            _loaded.add(self.name)
            place.empty()

    def draw(self) -> None:
        """The page; an error that a person can put right is told in its place."""
        try:
            importlib.import_module(self.module).page()
        except InputError as error:
            explain(error)
        except (MemoryError, RuntimeError) as error:
            if not is_memory_full(error):
                raise
            explain(MemoryFull())

    def entry(self) -> st.Page:
        """The page in Streamlit's navigation; the first one is home."""
        return st.Page(self.draw, title=self.title, url_path=self.name, icon=f":material/{self.icon}:", default=self is PAGES[0])


PAGES = (
    Page("align", "Align", "link", "Two sentences that say the same: which word goes with which, and how sure that is."),
    Page("space", "Space", "bubble_chart", "Words as points: do translations meet, and do languages mix?", charts=False),
    Page("search", "Search", "search", "A query in one language, the nearest sentences of all others.", charts=False),
    Page("finetune", "Fine-tune", "model_training", "Training on translations, with the transport between their words as the loss."),
    Page("compare", "Compare", "compare_arrows", "Encoders before and after: is one better, and is that more than chance?"),
    Page("errors", "Errors", "troubleshoot", "Every link judged against hand-made ones, with the cause of those that are wrong."),
    Page("learn", "Learn", "school", "Thirteen lessons on optimal transport, each with something to move."),
    Page("playground", "Playground", "toys", "Two small clouds of points, any cost, all solvers side by side."),
)


def _fetch_drawing() -> None:
    """A figure of nothing, out of sight: the browser fetches what it draws figures with while the server still loads the page's code."""
    with st.container(key="fetched_ahead"):
        st.plotly_chart(
            {"data": [{"x": [0], "y": [0]}], "layout": {"width": 10, "height": 10}},
            width="content",
            key="nothing",
            config={"staticPlot": True},
        )


def page_of(title: str) -> Page:
    """The page with a title."""
    return next(page for page in PAGES if page.title == title)


def load_others() -> None:
    """What a server gets ready once its first visitor has a page: the encoder, the code of the other pages, and the process for short
    work."""
    if apart.wanted() and _begun.acquire(blocking=False):
        threading.Thread(target=_load_others, name="loads the other pages", daemon=True).start()


def _load_others() -> None:
    from dashboard.background import encoder, work

    with contextlib.suppress(InputError):  # a copy of the project without it: the page says so
        encoder(DEFAULT)  # what comes with the project is shown without it, and the first thing that is changed there waits for it
    for page in PAGES:
        importlib.import_module(page.module)
    if workers := work.workers():
        workers.warm(QUICK)
