"""The parts of the Align page, in their order: each takes a result and draws it."""

from dataclasses import replace

import streamlit as st

from dashboard import background
from dashboard.kit import markup, noticed, widgets
from dashboard.kit.figures import plan
from dashboard.kit.word_view import View, view_of
from dashboard.pages.align import batch, by_hand, matrix, own_text, results, sentences, sweeps, tables
from dashboard.pages.align.cache import opened, pair_of
from dashboard.pages.align.choices import CHOICES, AlignView
from dashboard.state import System
from otcore.base.notices import noticing
from otcore.corpora.types import SentencePair
from otcore.text.languages import LANGUAGES, language


def page(chosen: AlignView) -> None:
    """The whole page below the controls."""
    missing = own_text.missing() if chosen.own_text else ""
    if missing:
        st.info(missing)
        batch.panel(chosen)
        return
    with noticing() as heard:
        pair = pair_of(chosen)
    noticed.tell(heard)
    systems = [_usable(system, pair) for system in chosen.systems]
    # the pair itself, since what is kept of an alignment knows nothing of gold that changed
    found = [replace(background.aligned(pair, system), pair=pair) for system in systems]
    views = [view_of(one, with_gold=chosen.gold) for one in found]
    if len(views) == 1:
        one(views[0], chosen, systems[0])
    else:
        both(views, chosen, systems)
    sweeps.sweeps(pair, chosen, systems)
    batch.panel(chosen)


def one(view: View, chosen: AlignView, system: System) -> None:
    """One system: sentences, matrix, numbers or context, table, files."""
    sentences.picture(view, chosen, system, "a")
    sentences.note(chosen, view)
    by_hand.panel(view, chosen, sentences.name_of(view))
    left, right = st.columns(2, gap="medium")
    with left:
        matrix.controls(view)
        matrix.draw(view, chosen, "a")
    with right:
        widgets.draw(CHOICES, "beside", label_visibility="collapsed", width="content")
        if chosen.beside:
            matrix.context(view, chosen, system)
        else:
            results.numbers(view)
            results.downloads(view, system, "a", sentences.name_of(view))
    results.table(view, chosen, "a")


def both(views: list[View], chosen: AlignView, systems: list[System]) -> None:
    """Two systems side by side, and which links differ."""
    matrix.controls(views[0])
    top = max(float(plan.matrix(view, chosen.view).max(initial=0)) for view in views)
    for column, view, system, letter in zip(st.columns(2, gap="medium"), views, systems, "AB", strict=True):
        with column:
            st.subheader(f"{letter}: {markup.escape_markdown(_describe(view, systems, system))}", anchor=False)
            sentences.picture(view, chosen, system, letter.lower())
            results.numbers(view)
            matrix.draw(view, chosen, letter.lower(), top)
            results.downloads(view, system, letter.lower(), sentences.name_of(view, letter.lower()))
    sentences.note(chosen, views[0])
    by_hand.panel(views[0], chosen, sentences.name_of(views[0]))
    table = tables.difference_table(*views)
    st.markdown(f"**Links of A and B**: {tables.difference_told(*views)}")
    if views[0].gold is None:
        table = table.drop(columns="gold")
    st.dataframe(table, hide_index=True, column_config=results.columns(), alt="Links of both systems")


def _usable(system: System, pair: SentencePair) -> System:
    """The system, with the default encoder where its own cannot be had and with uniform masses where words were never counted; either is
    told."""
    uncounted = [side.language for side in (pair.source, pair.target) if side.language not in LANGUAGES]
    settings = system.settings
    if settings.masses == "inverse-frequency" and uncounted:
        names = " or ".join(language(code).name for code in dict.fromkeys(uncounted))
        st.caption(markup.escape_markdown(f"Every word weighs the same here: there are no word counts for {names}."))
        settings = replace(settings, masses="uniform")
    system = replace(system, settings=settings)
    if opened(pair, system):
        return system
    name, problem = background.usable_encoder(system.encoder)
    if problem:
        st.warning(markup.told(problem))
    return replace(system, encoder=name)


def _describe(view: View, systems: list[System], system: System) -> str:
    """What a system is, and whatever else sets it apart from the other."""
    settings = system.settings
    facts = [system.encoder, f"layer {view.result.layer}"]
    if settings.links.reads_plan:
        dialled = "".join(f" {dial.sign} {getattr(settings.solver, name):g}" for name, dial in settings.solver.dials.items())
        facts.append(f"{settings.solver.name}{dialled}")
    apart = {"unit": "s", "pooling": " pooling", "cost": " cost", "masses": " masses", "links": " links"}
    for name, word in apart.items():
        if len({getattr(one.settings, name) for one in systems}) > 1:
            value = getattr(settings, name)
            facts.append(f"{getattr(value, 'name', value)}{word}")
    return ", ".join(facts)
