"""The parts of the Search page: the index at work, what the query found, how well all written queries do, files."""

import streamlit as st

from dashboard import background
from dashboard.kit import markup, noticed, waiting
from dashboard.kit.downloads import save
from dashboard.pages.search import cache, controls, results, tables
from dashboard.pages.search.cache import Searched
from dashboard.pages.search.choices import Missing, SearchView, current
from otcore.base.errors import InputError
from otcore.base.notices import Notice
from otcore.retrieval.index import Hit, merged, search
from otcore.retrieval.scores import AT, chance_scores
from otcore.retrieval.sentences import written_query
from otcore.text.languages import language

_READING = (
    "The bar is the cosine, from 0 to 1, and the upright mark the query's mean cosine to all sentences of that language: a bar that ends "
    "near its mark is hardly nearer than any sentence. Cosines of two encoders are not on one scale; compare their ranks."
)


def page() -> None:
    """Everything below the query."""
    available, problem = (), None
    try:
        available = controls.available()
    except InputError as error:
        problem = error
    with st.sidebar:
        controls.sidebar(available)
    controls.own_text()
    if problem:  # told after what puts it right
        raise problem
    try:
        view = current(available)
    except Missing as hint:
        st.info(markup.escape_markdown(str(hint)))
        return
    found = cache.search_index(view)
    waiting.show(found, lambda made: result(made, view), name="index", meanwhile=lambda made: result(made, view))


def result(made: Searched, view: SearchView) -> None:
    """What the query found; of an index that is not whole yet what is there."""
    collection = background.collection()
    query = None if view.own_text else written_query(collection, view.query, view.code)
    relevant = frozenset(query.relevant) if query else None
    lists = _found(made, view)
    place = st.empty()  # what stands below keeps its own once all is there
    if not made.whole:
        place.info(f"Searched so far: the first {len(made.indexes[0]):,} sentences. The rest is on its way.")
    noticed.tell(map(Notice, made.unread))
    _summary(made, view, lists, relevant)
    st.html(results.blocks(view, lists, relevant, collection))
    st.caption(_READING)
    if not view.own_text and made.whole:
        with st.expander(f"How well all {len(collection.queries)} written queries are answered"):
            _scores(made, view)
    save("Results (CSV)", lambda: tables.results_csv(view, lists, relevant), "search.csv", key="save_search_csv")


def _found(made: Searched, view: SearchView) -> list[dict[str, tuple[Hit, ...]]]:
    """For each encoder the nearest sentences by language, before them under "" those of all languages."""
    lists = []
    for index, name in zip(made.indexes, view.encoders, strict=True):
        by_language = search(index, cache.query_vector(name, view.query, view.code), view.top)
        first = {"": merged(by_language, view.top)} if view.together or len(by_language) > 1 else {}
        lists.append(first if view.together else first | by_language)
    return lists


def _summary(made: Searched, view: SearchView, lists: list[dict[str, tuple[Hit, ...]]], relevant: frozenset[str] | None) -> None:
    """The query again, and how much of what is shown answers it."""
    said = f"<div class='asked' style='font-size:1.1rem'>{markup.isolated(view.query, view.code)}</div>"
    searched = f"{language(view.code).name}, among {len(made.indexes[0]):,} sentences in {len(view.languages)} languages"
    st.html(f"{said}<div style='opacity:.75;font-size:.85rem'>{markup.escape_html(searched)}</div>")
    if relevant is None:
        st.caption("For the written queries the sentences that answer them are marked; for your own queries nobody has marked any.")
        return
    entries = []
    for letter, name, found in zip("AB", view.encoders, lists, strict=False):
        shown = found[""] if "" in found else [hit for hits in found.values() for hit in hits]
        right = sum(hit.id in relevant for hit in shown)
        entries.append(
            (
                f"{letter}: relevant",
                f"{right} of {len(shown)}",
                f"sentences under {name} that answer the query, {'of the first list' if '' in found else 'of all lists'}",
            )
        )
    st.html(markup.numbers(entries))
    st.caption(f"{len(relevant)} sentences of each language were marked as answers when the query was written.")


def _scores(made: Searched, view: SearchView) -> None:
    """All written queries in the query's language under each encoder."""
    queries = background.collection().queries
    scores = [cache.query_scores(index, view.code) for index in made.indexes]
    chance = chance_scores(len(made.indexes[0].sentences[0]), [len(query.relevant) for query in queries])
    st.markdown(f"**All {len(queries)} written queries from {language(view.code).name}**, mean of the languages searched")
    column = st.column_config
    measures = {name: column.NumberColumn(format="%.3f", help=help) for name, help in _HELP.items()}
    spoken = "Reciprocal rank, precision and recall over all written queries"
    st.dataframe(tables.scores_table(view.encoders, scores, chance), hide_index=True, column_config=measures, alt=spoken)
    if st.toggle("By language", key="se_by_language"):
        table = tables.language_table(view.encoders, scores)
        formats = {name: column.NumberColumn(format="%.3f") for name in table.columns if name != "language"}
        st.dataframe(table, hide_index=True, column_config=formats, alt="Reciprocal rank and recall by language")


_HELP = {
    "MRR": "mean reciprocal rank: of 1 / rank of the first sentence that answers the query",
    "P@1": "share of queries whose nearest sentence answers them",
    f"recall@{AT}": f"share of the sentences that answer a query among its {AT} nearest",
}
