"""The parts of the Learn page: the list of lessons, and one lesson on one screen."""

from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from dashboard import state
from dashboard.kit import downloads, markup, teaching, widgets
from dashboard.kit.components import links
from dashboard.kit.components.player import player
from dashboard.kit.components.top import to_the_top
from dashboard.kit.explain import explain
from dashboard.kit.figures.large import enlarged
from dashboard.kit.word_view import view_of
from dashboard.pages.learn import cache, controls
from dashboard.pages.learn.choices import CHOICES, CONTROLS, OVERVIEW
from dashboard.pages.learn.lessons import LESSONS
from dashboard.pages.learn.lessons.kinds import Drawn
from dashboard.pages.learn.lessons.types import Drawing, Lesson, Words
from dashboard.pages.learn.sheet import sheet
from otcore.base.errors import InputError

_CHART = {"displaylogo": False, "displayModeBar": False}
_CARDS = 3  # lessons side by side in the list
# rem above the figures in teacher's mode; how much more where bars are drawn by hand, and where labels may need a second line
_ABOVE, _DRAWN, _WRAPPED, _FEW = 8.6, 3.4, 2.2, 3
_PAPER = (
    "The method is that of Alqahtani, Lalwani, Zhang, Romeo and Mansour, "
    "[*Using Optimal Transport as Alignment Objective for fine-tuning Multilingual Contextualized Embeddings*]"
    "(https://arxiv.org/abs/2110.02887) (Findings of EMNLP 2021); “the paper” in the lessons is this one."
)


def bar(here: str, teacher: bool) -> None:
    """Which lesson, the neighbours, and teacher's mode."""
    st.html(Path(__file__).with_name("page.css"))
    order = [OVERVIEW, *LESSONS]
    place = order.index(here)
    neighbours = (
        ("Previous", "previous", "PageUp", order[max(place - 1, 0)], {"icon": ":material/chevron_left:"}),
        ("Next", "next", "PageDown", order[min(place + 1, len(order) - 1)], {"icon": ":material/chevron_right:", "icon_position": "right"}),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        look = {"width": 420, "label_visibility": "collapsed"} if teacher else {"width": 300}
        widgets.draw(CHOICES, "lesson", on_change=_leave, **look)
        for label, key, shortcut, to, look in neighbours:
            keys = {"shortcut": shortcut} if teacher else {}  # elsewhere these keys scroll
            st.button(label, key=f"lesson_{key}", disabled=to == here, on_click=_go, args=(to,), **keys, **look)
        teaching.toggle()
    to_the_top(here)


def _go(name: str) -> None:
    state.put(lesson=name)
    _leave()


def _leave() -> None:
    state.put(play=False)
    state.unmark("learn_mark")


def overview() -> None:
    """All lessons as cards."""
    st.title("Learn", anchor=False)
    st.markdown("Optimal transport in thirteen screens. Each has one thing to move, one question, and ends with real words.")
    lessons = list(LESSONS.values())
    for start in range(0, len(lessons), _CARDS):
        for column, lesson in zip(st.columns(_CARDS), lessons[start : start + _CARDS], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{lesson.label}**  \n{lesson.idea.partition('. ')[0].rstrip('.')}.")
                st.button(f"Open lesson {lesson.number}", key=f"open_{lesson.name}", on_click=_go, args=(lesson.name,))
    st.caption(_PAPER)


def screen(lesson: Lesson, teacher: bool) -> None:
    """One lesson: what it says, what can be moved, what follows from it, a question, and real words."""
    st.title(lesson.label, anchor=False)
    try:
        drawing = lesson.draw(CONTROLS[lesson.name].current(), cache)
        place = _stage(lesson, drawing) if teacher else _side_by_side(lesson, drawing)
        _question(lesson, teacher)
        _words(lesson, drawing.words)
        _end(lesson)
        _play(lesson, drawing, place, teacher)
    except InputError as error:
        explain(error)


def _side_by_side(lesson: Lesson, drawing: Drawing) -> st.container:
    """Words and controls on the left, what follows from them on the right; the place of the control that plays."""
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _prose(lesson)
        if drawing.before:
            st.markdown(drawing.before)
        place = controls.draw(lesson)
        if drawing.note:
            st.markdown(drawing.note)
        _formula(lesson)
    with right:
        _numbers(lesson, drawing)
        for number, picture in enumerate(drawing.pictures):
            st.plotly_chart(picture.figure, key=_key(lesson, number), config=_CHART, alt=picture.alt)
            st.caption(picture.reading)
    return place


def _stage(lesson: Lesson, drawing: Drawing) -> st.container:
    """For a projector: the controls in a row, the figures below them as high as the window has room, and the words after that."""
    place = controls.draw(lesson, abreast=True)
    drawn, reading = any(isinstance(one.kind, Drawn) for one in lesson.controls.values()), bool(drawing.before)
    with st.container(key="stage"):
        above = _ABOVE + (_DRAWN if drawn else _WRAPPED * (len(lesson.controls) > _FEW))
        st.html(f"<style>.st-key-stage{{--above:{above:g}rem}}</style>")
        columns = st.columns([3, 2] if reading else len(drawing.pictures))
        if reading:
            columns[-1].markdown(drawing.before)
        for number, picture in enumerate(drawing.pictures):
            figure, own = enlarged(picture.figure), not (reading and number)  # what is read takes the room of a second figure
            column = columns[number]
            column.plotly_chart(figure, key=_key(lesson, number), config=_CHART, alt=picture.alt, height="stretch" if own else 420)
    if drawing.note:
        st.markdown(drawing.note)
    for picture in drawing.pictures:
        st.caption(picture.reading)
    _numbers(lesson, drawing)
    _prose(lesson)
    _formula(lesson)
    return place


def _key(lesson: Lesson, number: int) -> str:
    return f"figure_{lesson.name}_{number}"


def _prose(lesson: Lesson) -> None:
    st.markdown(lesson.idea)
    st.markdown(f":material/visibility: **Look for:** {lesson.look}")


def _formula(lesson: Lesson) -> None:
    st.latex(lesson.formula)
    st.markdown("  \n".join(f"${symbol}$ — {meaning}" for symbol, meaning in lesson.symbols.items()))


def _numbers(lesson: Lesson, drawing: Drawing) -> None:
    if drawing.numbers:
        with st.container(key=f"numbers_{lesson.name}"):
            st.html(markup.numbers(list(drawing.numbers)))
    if drawing.latex:
        st.latex(drawing.latex)


def _play(lesson: Lesson, drawing: Drawing, place: st.container, teacher: bool) -> None:
    """The slider that moves the figures in the browser; last, because every step is drawn for it."""
    name = controls.played(lesson)
    if name is None:
        return
    others = tuple(sorted(controls.values_without(lesson, name).items()))
    film = cache.film(lesson.name, name, controls.stops(lesson, name), others, teacher)
    with place:
        figures = [_key(lesson, number) for number in range(len(drawing.pictures))]
        player(controls.axis_of(lesson, name), film, figures=figures, numbers=f"numbers_{lesson.name}")


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
    st.subheader("Now on words", anchor=False)
    st.markdown(lesson.moral)
    if not views:
        st.caption("The words appear once you have made your prediction above.")
    for place, words in enumerate(views):
        result = cache.aligned(words.choices)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words.caption)
            address = state.address_of(source="en", **(cache.PLAIN | dict(words.choices)))
            st.page_link(state.page("align"), label="Open this view in Align", icon=":material/open_in_new:", query_params=address)
        view = view_of(result, with_gold=True)
        links.show(view, state.mark("learn_mark"), key=f"words_{lesson.name}_{place}", field="learn_mark")
    if views:
        links.legend(gold=True)


def _sheet(lesson: Lesson, shown: object, address: str) -> str:
    return sheet(lesson, lesson.draw(shown, cache), address)


def _end(lesson: Lesson) -> None:
    """A link to this very view, the sheet to print, and the way on."""
    order = list(LESSONS.values())
    following = next(iter(order[order.index(lesson) + 1 :]), None)
    values = {key: state.get(key) for key in CONTROLS[lesson.name].keys.values()}
    address = f"{(st.context.url or '').rstrip('/')}?{urlencode(state.address_of(lesson=lesson.name, **values))}"
    shown = CONTROLS[lesson.name].current()
    with st.expander("For the class: link and printable sheet"):
        st.code(address, language=None, wrap_lines=True)
        label, key = "Sheet to print (answers on a page of their own)", f"sheet_{lesson.name}"
        made = partial(_sheet, lesson, shown, address if "://" in address else "")
        downloads.save(label, made, f"lesson-{lesson.name}.html", key=key, icon=":material/print:")
    label, to = (f"Next: {following.label}", following.name) if following else ("All lessons", OVERVIEW)
    st.button(label, key="lesson_on", type="primary", icon=":material/arrow_forward:", on_click=_go, args=(to,))
