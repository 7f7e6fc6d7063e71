"""The parts of the Learn page: the list of lessons, and one lesson on one screen."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from dashboard import state
from dashboard.kit import markup
from dashboard.kit.components import links
from dashboard.kit.explain import explain
from dashboard.kit.word_view import view_of
from dashboard.pages.learn import cache
from dashboard.pages.learn import controls as learn_controls
from dashboard.pages.learn.choices import OVERVIEW
from dashboard.pages.learn.figures.base import enlarged
from dashboard.pages.learn.lessons import LESSONS, Drawing, Lesson, Picture, Words
from dashboard.pages.learn.lessons.sheet import sheet
from otcore.base.errors import InputError

_CHART = {"displaylogo": False, "displayModeBar": False}
_CARDS = 3  # lessons side by side in the list
_TICK = 0.6  # seconds between two steps of a play

# Streamlit measures in rem: its smallest letters are 0.8 of one, so that 26 pixels make none smaller than 20.
TEACHER_STYLE = (
    "<style>html{font-size:26px}.stMainBlockContainer{padding-inline:1.2rem!important}"
    "[data-testid='stSidebar']{display:none}"
    "dl.numbers dt,.legend,.legend .box{font-size:.85rem!important}"
    "[data-testid='stMain'] small,[data-testid='stMain'] [data-testid='stTickBar'],"
    "[data-testid='stMain'] [data-testid='stSliderTickBar']{font-size:.8rem!important}"
    ".katex{font-size:1.1em!important}</style>"
)
_WIDE_FORMULA = (
    "<style>.katex-display{overflow-x:auto;overflow-y:hidden;padding:.2rem 0}"
    "@media(max-width:640px){.katex-display{font-size:.9em}}</style>"
)


def page() -> None:
    """The chosen lesson, or the list of all."""
    teacher = state.get("teacher")
    if teacher:
        st.html(TEACHER_STYLE)
    st.html(_WIDE_FORMULA)
    slug = state.get("lesson")
    _bar(slug, teacher)
    if slug == OVERVIEW:
        _overview()
        return
    lesson = LESSONS[slug]
    if state.get("play") and learn_controls.steps_of(lesson):
        st.fragment(partial(_playing, lesson, teacher), run_every=_TICK)()
    else:
        state.put(play=False)
        _lesson(lesson, teacher)


def _bar(slug: str, teacher: bool) -> None:
    """Which lesson, the neighbours, and teacher's mode."""
    order = [OVERVIEW, *LESSONS]
    names = {OVERVIEW: "All lessons"} | {slug: f"{lesson.number} · {lesson.title}" for slug, lesson in LESSONS.items()}
    here = order.index(slug)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Lesson", order, key="lesson", format_func=names.get, on_change=_leave, width=300 if not teacher else 420)
        for label, step, key, shortcut in (("◀ Previous", -1, "previous", "PageUp"), ("Next ▶", 1, "next", "PageDown")):
            place = here + step
            st.button(
                label, key=f"lesson_{key}", disabled=not 0 <= place < len(order), shortcut=shortcut,
                on_click=_go, args=(order[place % len(order)],),
            )  # fmt: skip
        st.toggle(
            "Teacher's mode", key="teacher", help="Large type, answers hidden until you show them. Page Up and Page Down turn the lessons."
        )


def _go(slug: str) -> None:
    state.put(lesson=slug)
    _leave()


def _leave() -> None:
    state.put(play=False)
    state.unmark("learn_mark")


def _overview() -> None:
    st.header("Learn", anchor=False)
    st.caption("Optimal transport in twelve screens. Each has one thing to move, one question, and ends with real words.")
    lessons = list(LESSONS.values())
    for start in range(0, len(lessons), _CARDS):
        for column, lesson in zip(st.columns(_CARDS), lessons[start : start + _CARDS], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{lesson.number} · {lesson.title}**  \n{lesson.idea.partition('. ')[0].rstrip('.')}.")
                st.button("Open", key=f"open_{lesson.slug}", on_click=_go, args=(lesson.slug,), help=lesson.title)


def _playing(lesson: Lesson, teacher: bool) -> None:
    """A fragment that runs by itself while the steps play; the page is run anew when they end or are stopped."""
    steps = learn_controls.steps_of(lesson)
    if not (state.get("play") and learn_controls.advance(lesson, steps)):
        st.rerun()
    _lesson(lesson, teacher)


def _lesson(lesson: Lesson, teacher: bool) -> None:
    """What it says and what can be moved on the left, what follows from it on the right: one screen on a wide one."""
    st.subheader(f"{lesson.number} · {lesson.title}", anchor=False)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        st.markdown(lesson.idea)
        st.markdown(
            ":small[" * (not teacher) + "  \n".join(f"${symbol}$ — {meaning}" for symbol, meaning in lesson.symbols) + "]" * (not teacher)
        )
        st.latex(lesson.formula)
        st.markdown(f":material/visibility: **Look for:** {lesson.look}")
        learn_controls.controls(lesson)
    try:
        drawing = lesson.draw(learn_controls.values_of(lesson), cache.LESSON_ENGINE)
        if drawing.note:
            left.markdown(drawing.note)
        with right:
            _drawing(lesson, drawing, teacher)
        _question(lesson, teacher)
        _words(lesson)
    except InputError as error:
        explain(error)
    _share(lesson)


def _drawing(lesson: Lesson, drawing: Drawing, teacher: bool) -> None:
    if drawing.latex:
        st.latex(drawing.latex)
    if drawing.numbers:
        st.html(markup.numbers(list(drawing.numbers)))
    for place, picture in enumerate(drawing.pictures):
        _picture(picture, f"{lesson.slug}_{place}", teacher)


def _picture(picture: Picture, key: str, teacher: bool) -> None:
    figure = enlarged(picture.figure) if teacher else picture.figure
    st.plotly_chart(figure, key=f"figure_{key}", config=_CHART, alt=picture.alt)
    if picture.reading:
        st.caption(picture.reading)


def _question(lesson: Lesson, teacher: bool) -> None:
    """The question and, once answered (in teacher's mode: once asked for), why the answer is right or wrong."""
    question = lesson.question
    with st.container(border=True):
        st.markdown(f"**Question.** {question.text}")
        answer = st.radio(
            question.text,
            [option.text for option in question.options],
            index=None,
            key=f"answer_{lesson.slug}",
            label_visibility="collapsed",
        )
        if teacher and not st.toggle("Show the answers", key=f"reveal_{lesson.slug}"):
            return
        for option in question.options:
            if teacher or option.text == answer:
                tell, sign = (st.success, "✓ Right.") if question.is_right(option.text) else (st.error, "✗ Not so.")
                tell(f"{sign} {f'*{option.text}* ' if teacher else ''}{option.why}")


def _words(lesson: Lesson) -> None:
    """The same idea on real words, each view with a link that opens it in Align."""
    views = lesson.words(learn_controls.values_of(lesson))
    st.markdown(f"#### Now on words\n{lesson.moral}")
    if not views:
        st.caption("The words appear once you have made your prediction above.")
    for place, words in enumerate(views):
        _pair(words, f"words_{lesson.slug}_{place}")


def _pair(words: Words, key: str) -> None:
    result = cache.LESSON_ENGINE.aligned(words.choices)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.caption)
        address = state.address_of(source="en", **words.choices)
        st.page_link(state.page("align"), label="Open this view in Align", icon=":material/open_in_new:", query_params=address)
    view = view_of(result, with_gold=bool(words.choices.get("gold", True)))
    links.show(view, state.mark("learn_mark"), key=key, field="learn_mark")


def _share(lesson: Lesson) -> None:
    """A link to this very view, and the sheet to print."""
    values = {lesson.key(name): value for name, value in learn_controls.values_of(lesson).items()}
    address = f"{(st.context.url or '').rstrip('/')}?{urlencode(state.address_of(lesson=lesson.slug, **values))}"
    with st.expander("For the class: link and printable sheet"):
        st.code(address, language=None, wrap_lines=True)
        st.download_button(
            "Sheet to print (answers on a page of their own)", sheet(lesson, address if "://" in address else ""),
            f"lesson-{lesson.slug}.html",
            "text/html", key=f"sheet_{lesson.slug}", icon=":material/print:", on_click="ignore",
        )  # fmt: skip
