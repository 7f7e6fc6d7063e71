"""The parts of the Learn page: the list of lessons, and one lesson on one screen."""

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from dashboard import state
from dashboard.kit import downloads, markup, widgets
from dashboard.kit.components import links
from dashboard.kit.explain import explain
from dashboard.kit.markup import filled
from dashboard.kit.word_view import view_of
from dashboard.pages.learn import cache, controls
from dashboard.pages.learn.choices import CHOICES, CONTROLS, OVERVIEW
from dashboard.pages.learn.figures.large import enlarged
from dashboard.pages.learn.lessons import LESSONS
from dashboard.pages.learn.lessons.types import Drawing, Lesson, Words
from otcore.base.errors import InputError

_CHART = {"displaylogo": False, "displayModeBar": False}
_CARDS = 3  # lessons side by side in the list


def style(teacher: bool) -> None:
    """How large everything is."""
    for name in ("page", "teacher")[: 1 + teacher]:
        st.html(Path(__file__).with_name(f"{name}.css"))


def bar(here: str, teacher: bool) -> None:
    """Which lesson, the neighbours, and teacher's mode."""
    order = [OVERVIEW, *LESSONS]
    place = order.index(here)
    neighbours = (
        ("◀ Previous", "previous", "PageUp", order[max(place - 1, 0)]),
        ("Next ▶", "next", "PageDown", order[min(place + 1, len(order) - 1)]),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        widgets.draw(CHOICES, "lesson", on_change=_leave, width=420 if teacher else 300)
        for label, key, shortcut, to in neighbours:
            st.button(label, key=f"lesson_{key}", disabled=to == here, shortcut=shortcut, on_click=_go, args=(to,))
        widgets.draw(CHOICES, "teacher")


def _go(name: str) -> None:
    state.put(lesson=name)
    _leave()


def _leave() -> None:
    state.put(play=False)
    state.unmark("learn_mark")


def overview() -> None:
    """All lessons as cards."""
    st.header("Learn", anchor=False)
    st.caption("Optimal transport in twelve screens. Each has one thing to move, one question, and ends with real words.")
    lessons = list(LESSONS.values())
    for start in range(0, len(lessons), _CARDS):
        for column, lesson in zip(st.columns(_CARDS), lessons[start : start + _CARDS], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{lesson.label}**  \n{lesson.idea.partition('. ')[0].rstrip('.')}.")
                st.button("Open", key=f"open_{lesson.name}", on_click=_go, args=(lesson.name,), help=lesson.title)


def playing(lesson: Lesson, teacher: bool) -> None:
    """A fragment that runs by itself while the steps play; the page is run anew when they end or are stopped."""
    if not (state.get("play") and controls.advance(lesson)):
        st.rerun()
    screen(lesson, teacher)


def screen(lesson: Lesson, teacher: bool) -> None:
    """What it says and what can be moved on the left, what follows from it on the right: one screen on a wide one."""
    st.subheader(lesson.label, anchor=False)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        st.markdown(lesson.idea)
        symbols = "  \n".join(f"${symbol}$ — {meaning}" for symbol, meaning in lesson.symbols.items())
        st.markdown(symbols if teacher else f":small[{symbols}]")
        st.latex(lesson.formula)
        st.markdown(f":material/visibility: **Look for:** {lesson.look}")
        widgets.draw_all(CONTROLS[lesson.name], lesson.controls)
    try:
        drawing = lesson.draw(CONTROLS[lesson.name].current(), cache)
        if drawing.note:
            left.markdown(drawing.note)
        with right:
            _drawing(lesson, drawing, teacher)
        _question(lesson, teacher)
        _words(lesson, drawing.words)
    except InputError as error:
        explain(error)
    _share(lesson)


def _drawing(lesson: Lesson, drawing: Drawing, teacher: bool) -> None:
    if drawing.latex:
        st.latex(drawing.latex)
    if drawing.numbers:
        st.html(markup.numbers(list(drawing.numbers)))
    for place, picture in enumerate(drawing.pictures):
        figure = enlarged(picture.figure) if teacher else picture.figure
        st.plotly_chart(figure, key=f"figure_{lesson.name}_{place}", config=_CHART, alt=picture.alt)
        st.caption(picture.reading)


def _question(lesson: Lesson, teacher: bool) -> None:
    """The question and, once answered (in teacher's mode: once asked for), why the answer is right or wrong."""
    question = lesson.question
    with st.container(border=True):
        st.markdown(f"**Question.** {question.text}")
        answer = st.radio(question.text, list(question.options), index=None, key=f"answer_{lesson.name}", label_visibility="collapsed")
        if teacher and not st.toggle("Show the answers", key=f"reveal_{lesson.name}"):
            return
        for option, why in question.options.items():
            if teacher or option == answer:
                tell, sign = (st.success, "✓ Right.") if question.is_right(option) else (st.error, "✗ Not so.")
                tell(f"{sign} {f'*{option}* ' if teacher else ''}{why}")


def _words(lesson: Lesson, views: tuple[Words, ...]) -> None:
    """The same idea on real words, each view with a link that opens it in Align."""
    st.markdown(f"#### Now on words\n{lesson.moral}")
    if not views:
        st.caption("The words appear once you have made your prediction above.")
    for place, words in enumerate(views):
        result = cache.aligned(words.choices)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words.caption)
            address = state.address_of(source="en", **words.choices)
            st.page_link(state.page("align"), label="Open this view in Align", icon=":material/open_in_new:", query_params=address)
        view = view_of(result, with_gold=True)
        links.show(view, state.mark("learn_mark"), key=f"words_{lesson.name}_{place}", field="learn_mark")


def _share(lesson: Lesson) -> None:
    """A link to this very view, and the sheet to print."""
    values = {key: state.get(key) for key in CONTROLS[lesson.name].keys.values()}
    address = f"{(st.context.url or '').rstrip('/')}?{urlencode(state.address_of(lesson=lesson.name, **values))}"
    sheet = filled("pages/learn/sheet.html", {"lesson": lesson, "address": address if "://" in address else ""})
    with st.expander("For the class: link and printable sheet"):
        st.code(address, language=None, wrap_lines=True)
        label, key = "Sheet to print (answers on a page of their own)", f"sheet_{lesson.name}"
        downloads.save(label, sheet, f"lesson-{lesson.name}.html", key=key, icon=":material/print:")
