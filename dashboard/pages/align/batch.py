"""A whole file aligned under the settings of the page, in the background."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.background import work
from dashboard.background.aligning import system_key
from dashboard.background.encoders import encoder
from dashboard.background.kinds import MEDIUM
from dashboard.kit import markup, waiting
from dashboard.kit.downloads import save
from dashboard.kit.explain import attempt
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.pages.align import batch_files
from dashboard.pages.align.batch_files import Batch, Shape
from dashboard.pages.align.choices import AlignView
from dashboard.state import System
from otcore.base.errors import InputError
from otcore.text.languages import language

_SHOWN = 200  # pairs in the table on the page; the files have all
_LEFT = "batch"  # what is aligned, in the session


def panel(chosen: AlignView) -> None:
    """Takes a file, and shows what came of it."""
    given = state.recall(_LEFT)
    names = [language(code).name for code in (chosen.source, chosen.target)]
    with st.expander(f"Align a whole file ({names[0]} to {names[1]})", expanded=bool(given)):
        st.caption(
            "One file with lines “source ||| target” or with two columns, or two line-parallel files; under the settings of this page. "
            f"You get it back with links and scores. Up to {batch_files.MOST:,} pairs."
        )
        left, right = st.columns(2)
        pairs = left.file_uploader("Sentence pairs", key="batch_pairs", accept_multiple_files=True, max_upload_size=30)
        gold = right.file_uploader("Gold links, if there are any (Pharaoh)", key="batch_gold", max_upload_size=30)
        with st.container(horizontal=True, vertical_alignment="center"):
            split = st.toggle("Words are already separated by spaces", key="batch_presplit", value=True)
            base = st.segmented_control("Gold counts words from", (0, 1), key="batch_base", default=0, required=True) if gold else 0
            pressed = st.button("Align this file", key="batch_go", type="primary", disabled=not pairs)
        if pressed:
            shape = Shape(chosen.source, chosen.target, split, base, gold is not None)
            files = [(one.name, one.getvalue()) for one in pairs]
            attempt(lambda: _take(files, (gold.name, gold.getvalue()) if gold else None, shape, chosen.first))
        if given:
            _show(*given)
        if batch_files.GIVEN.entries():
            with st.popover("Kept files"):
                kept_panel(batch_files.GIVEN)


def _take(files: list[tuple[str, bytes]], gold: tuple[str, bytes] | None, shape: Shape, system: System) -> None:
    state.remember(_LEFT, (owned(batch_files.GIVEN, batch_files.keep(files, gold, shape)), system))


def _show(key: str, system: System) -> None:
    def prepare():
        encoder(system.encoder)  # a name that cannot be had is told at once
        return lambda tell: batch_files.align_kept(key, system, tell)

    try:
        found = work.asked(repr(("batch", key, system_key(system))), "alignment of a file", prepare, MEDIUM)
    except InputError:
        state.remember(_LEFT, None)
        raise
    waiting.show(found, _results, name="alignment of the file")


def _results(batch: Batch) -> None:
    confidences = [batch_files.confidence_of(one) for one in batch.alignments]
    pairs = f"{len(batch.pairs):,} pair{'s' if len(batch.pairs) != 1 else ''}"
    told = f"**{pairs} aligned**, mean confidence of their links {sum(confidences) / len(confidences):.2f}"
    if batch.total:
        told += f"; against gold: AER {batch.total.aer:.3f}, precision {batch.total.precision:.3f}, recall {batch.total.recall:.3f}"
    st.markdown(told + ".")
    with st.container(horizontal=True):
        save("Links (Pharaoh)", batch.pharaoh, f"{batch.name}.pharaoh", key="batch_pharaoh")
        save("Pairs, links and scores (TSV)", batch.table, f"{batch.name}-aligned.tsv", key="batch_table")
    rows = [
        (" ".join(pair.source.words), " ".join(pair.target.words), confidence, batch_files.linked_share(pair, found))
        for pair, found, confidence in zip(batch.pairs, batch.alignments, confidences, strict=True)
    ]
    table = pd.DataFrame(rows[:_SHOWN], columns=["source", "target", "mean confidence", "words linked"])
    if batch.scores:
        table["AER"] = [one.aer for one in batch.scores[:_SHOWN]]
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.2f"}
    shown = {name: st.column_config.ProgressColumn(**share) for name in ("mean confidence", "words linked")}
    st.dataframe(table, hide_index=True, height=300, column_config=shown, alt="The pairs of the file with their scores")
    if len(rows) > _SHOWN:
        st.caption(markup.escape_markdown(f"The first {_SHOWN} pairs; the files have all {len(rows):,}."))
