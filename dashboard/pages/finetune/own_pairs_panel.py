"""What a run is trained on: the bundled translations, or a person's own sentence pairs with a report on them."""

import contextlib
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.kit import markup, noticed, waiting, widgets
from dashboard.kit.explain import explain
from dashboard.kit.kept_files import kept_panel, owned
from dashboard.pages.finetune import cache
from dashboard.pages.finetune.choices import CHOICES, own_corpora
from dashboard.pages.finetune.own_pairs import PAIRS, Corpus, endings
from otcore.base.errors import InputError
from otcore.base.notices import Notice
from otcore.corpora.checking.report import CorpusReport
from otcore.text.languages import language

_FORMATS = (
    "TMX; TSV or CSV with the language in the first column and English in the second; lines `sentence ||| translation`; or two "
    "line-parallel files (Moses), the English one named so, as in news.de and news.en. UTF-8, also packed (gz, bz2, xz, zst, zip)."
)


def data() -> None:
    """The choice, and for own pairs one file a language."""
    widgets.draw(CHOICES, "data")
    widgets.draw(CHOICES, "clean")
    if not CHOICES.applies("clean"):
        return
    given = own_corpora()
    for code in _codes():
        with st.container(border=True):
            if code in given:
                _show(given[code])
            else:
                _ask(code)
    with st.popover("Kept files"):
        kept_panel(PAIRS)


def _codes() -> list[str]:
    """The chosen languages; what was typed and is no code is told where the settings are read."""
    codes = []
    for text in CHOICES.values()["ft_languages"]:
        with contextlib.suppress(InputError):
            codes.append(language(text).code)
    return list(dict.fromkeys(codes))


def _put(code: str, corpus: Corpus | None) -> None:
    """Another corpus for a language, or none."""
    corpora = own_corpora() | {code: corpus}
    state.put(**{CHOICES.key("own"): [str(one) for one in corpora.values() if one]})


def _ask(code: str) -> None:
    label = f"{language(code).name}–English sentence pairs"
    given = st.file_uploader(label, type=endings(code), accept_multiple_files=True, key=f"upload_{code}", help=_FORMATS)
    if not given:
        st.caption(_FORMATS)
        return
    try:
        corpus = cache.stored_corpus(code, given)
        owned(PAIRS, corpus.name)
    except InputError as error:
        explain(error)
        return
    _put(code, corpus)
    st.rerun()


def _show(corpus: Corpus) -> None:
    code, name = corpus.language, language(corpus.language).name
    title, swap, other = st.columns([3, 1, 1], vertical_alignment="center")
    title.markdown(f"**{markup.escape_markdown(name)}–English**")
    swapped = {"on_click": _put, "args": (code, replace(corpus, exchanged=not corpus.exchanged)), "width": "stretch"}
    first = f"For a file that has English first: now {'English' if corpus.exchanged else name} is read from its first side."
    swap.button("Swap the sides", key=f"swap_{code}", help=first, **swapped)
    other.button("Another file", key=f"other_{code}", on_click=_put, args=(code, None), width="stretch")
    waiting.show(cache.corpus_check(corpus), lambda report: _report(corpus, report), name=f"check of {name} pairs")


def _report(corpus: Corpus, report: CorpusReport) -> None:
    """Figures, what to do, and the faults with examples."""
    clean = CHOICES.values()["clean"]
    left = report.kept if clean else report.usable
    numbers = [
        ("pairs", f"{report.pairs:,}", "in the file"),
        ("flagged", f"{len(report.flagged):,}", "pairs with one fault or more"),
        ("to train on", f"{left:,}", "without the flagged ones" if clean else "all that have both sides"),
    ]
    if report.ratio is not None:
        numbers.append(("characters", f"1 : {report.ratio:.2f}", "of the language and of English, the median of the file"))
    for place, seen in zip(("first side", "English side"), report.seen, strict=True):
        for code, share in list(seen.items())[:1]:
            numbers.append((place, f"{share:.0%} {code}", f"of a sample of {report.sample:,} pairs look like {language(code).name}"))
    st.html(markup.numbers(numbers))
    alarmed = report.exchanged or not left or len(report.verdict) > 1 + (report.kept < report.pairs)
    (st.warning if alarmed else st.info)(markup.escape_markdown(" ".join(report.verdict)))
    noticed.tell(Notice(note) for note in report.notes)
    _findings(language(corpus.language).name, report)


def _findings(name: str, report: CorpusReport) -> None:
    found = [entry for entry in report.findings if entry.count]
    if not found:
        return
    with st.expander(f"What was found in {name}–English"):
        for entry in found:
            detail = f" ({entry.detail})" if entry.detail else ""
            told = f"{'pair' if entry.count == 1 else 'pairs'}, {entry.share:.1%}: {markup.escape_markdown(entry.name + detail)}"
            st.markdown(f"**{entry.count:,}** {told}. {entry.advice}")
            rows = [{"line": pair.line, name: pair.source, "English": pair.target} for pair in entry.examples]
            st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"found_{name}_{entry.kind}", alt=f"Examples: {entry.name}")
