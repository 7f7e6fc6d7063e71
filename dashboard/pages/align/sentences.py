"""The picture of a pair: what to know before trusting it, words and lines, the film over a dial, how sure it is, why words are unlinked."""

import streamlit as st

from dashboard import background
from dashboard.kit import markup, widgets
from dashboard.kit.components import links
from dashboard.kit.word_view import DRAWN_WORDS, View
from dashboard.pages.align import by_hand, cache, own_text, reading
from dashboard.pages.align.choices import CHOICES, DIALS, AlignView
from dashboard.state import System
from otcore.text.languages import language


def note(chosen: AlignView, view: View) -> None:
    """What the shown pair of the collection has to see."""
    if chosen.own_text:
        return
    entry = next(entry for entry in background.collection().entries if entry.id == chosen.sentence)
    found = reading.what_to_see(view.result.pair, entry.note)
    if found:
        shown = markup.escape_html(" · ".join(found))
        st.html(f'<p style="margin:0;opacity:.85">What to see: {shown}</p>')
    if view.gold and "en" not in (chosen.source, chosen.target):
        st.caption("Gold links between these two languages are chained through English: fewer and less certain than direct ones.")


def picture(view: View, chosen: AlignView, system: System, key: str) -> None:
    """Draws the pair, with its film where it is the only one."""
    pair = view.result.pair
    strange = cache.untrained(system.encoder, [pair.source.language, pair.target.language, *own_text.looks_like(chosen)])
    _warn(view, system, [code for code in strange if code in (pair.source.language, pair.target.language)])
    moved = _moved(chosen, system)
    film = cache.Film("", ()) if chosen.compare or chosen.draw else cache.filmed(pair, system, moved, chosen, strange)
    extras = links.Extras(
        file=name_of(view, key if chosen.compare else ""),
        film=film.frames,
        dial=DIALS[moved],
        now=film.stops.index(getattr(system.settings.solver, moved)) if film.frames else 0,
        dial_field=CHOICES.key(moved),
        drawing=chosen.draw,
        hand=by_hand.drawn(view, chosen) if chosen.draw else (),
        hand_field=CHOICES.key("hand"),
        guess=bool(strange),
        unknown=(view.result.source.unknown, view.result.target.unknown),
    )
    links.show(view, chosen.marked, key=f"sentences_{key}", extras=extras)
    links.legend(gold=view.gold is not None)
    _read(view, strange)


def _moved(chosen: AlignView, system: System) -> str:
    """The dial that the film is over: the chosen one where the solver has it and others; one that has no choice is not asked for."""
    own = system.settings.solver.dials
    if len(own) > 1 and not (chosen.compare or chosen.draw):
        widgets.draw(CHOICES, "film", width="content")
    return chosen.film if chosen.film in own else next(iter(DIALS))


def name_of(view: View, letter: str = "") -> str:
    """Of every file that is saved of a pair, without its ending."""
    pair = view.result.pair
    parts = ("align", pair.source.language, pair.target.language, pair.id or "own", letter)
    return "-".join(part for part in parts if part)


def _read(view: View, strange: list[str]) -> None:
    value, word, reason = reading.how_sure(view, strange)
    shown = (f"<b>How sure: {markup.escape_html(word)}</b> ({value}). {markup.escape_html(reason)}",)
    why = reading.why_unlinked(view)
    shown += (markup.escape_html(why),) if why else ()
    st.html('<div class="sure">' + "".join(f'<p style="margin:.15rem 0">{text}</p>' for text in shown) + "</div>")


def _warn(view: View, system: System, strange: list[str]) -> None:
    """What the reader must know before trusting the picture."""
    result = view.result
    if strange:
        names = " and ".join(language(code).name for code in strange)
        text = f"The encoder {system.encoder} was not trained on {names}: its lines there are guesses and drawn pale."
        st.warning(
            markup.escape_markdown(f"{text} Another encoder may know it: type a name such as xlm-roberta-base into the encoder box.")
        )
    for side, sentence in ((result.source, result.pair.source), (result.target, result.pair.target)):
        if side.cut:
            st.warning(
                f"Of the {len(sentence.words):,} {language(sentence.language).name} words the first {len(side.words):,} are read; "
                f"the last {side.cut:,} are left out of the transport and count as null."
            )
        if side.unknown:
            st.caption(
                f"Underlined with waves: {len(side.unknown)} {language(sentence.language).name} word(s) outside the encoder's vocabulary."
            )
    if max(len(result.source.words), len(result.target.words)) > DRAWN_WORDS:
        st.info(f"Figures draw the first {DRAWN_WORDS} words of each side; the table and the downloads have all.")
    if not result.plan.converged:
        st.warning(
            f"The solver stopped after {result.plan.iterations} iterations with a marginal error of {result.plan.marginal_error:.1e}: "
            "the plan is close, not exact; a larger ε converges sooner."
        )
