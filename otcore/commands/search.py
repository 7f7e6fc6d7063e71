"""A query in one language, the nearest sentences of every other by cosine; with --compare under two encoders.

Searched is the bundled collection, or --file: your own text, one sentence a line. For the collection's own sixty queries ✓ marks what
answers them. The first search of all languages encodes some 13,000 sentences.
"""

import argparse
import json

from otcore.base.errors import InputError
from otcore.commands._files import coded_files, codes


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("query", metavar="QUERY", help="what is looked for")
    add("--language", default="en", metavar="CODE", help="of the query (default en)")
    add("--in", dest="within", metavar="CODES", help="languages to search, divided by commas (default: all others)")
    add("--encoder", metavar="NAME|DIR", help="bundled edition, folder, hub name or run:NAME (default aligned)")
    add("--compare", metavar="NAME|DIR", help="a second encoder beside it")
    add("--file", action="append", default=[], metavar="CODE=FILE", help="your own text, in place of the collection; once a language")
    add("--top", type=int, default=3, metavar="N", help="sentences of each language (default 3)")
    add("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    from otcore.encoders import DEFAULT
    from otcore.text.languages import language

    if options.top < 1:
        raise InputError(f"--top must be 1 or more, not {options.top}.")
    code = language(options.language).code
    sentences, relevant = _searched(options, code)
    names = [options.encoder or DEFAULT, *([options.compare] if options.compare else [])]
    found = {
        "query": options.query,
        "language": code,
        "sentences": {one.language: len(one) for one in sentences},
        "encoders": [_under(name, sentences, options, code, relevant) for name in names],
    }
    print(json.dumps(found, ensure_ascii=False) if options.json else _text(found))
    return 0


def _searched(options: argparse.Namespace, code: str):
    """The sentences to go through, and what answers the query: None where nobody marked it."""
    from otcore.corpora.collection import load_collection
    from otcore.retrieval.sentences import bundled_sentences, read_sentences, written_query

    wanted = codes(options.within)
    if options.file:
        given = coded_files(options.file, "--file")
        if absent := [one for one in wanted if one not in given]:
            raise InputError(f"There is no file in {absent[0]}; give one with --file {absent[0]}=FILE.")
        return tuple(read_sentences(path, own) for own, path in given.items() if not wanted or own in wanted), None
    collection = load_collection()
    within = wanted or [one for one in collection.languages if one != code]
    query = written_query(collection, options.query, code) if code in collection.languages else None
    return bundled_sentences(collection, list(dict.fromkeys(within))), frozenset(query.relevant) if query else None


def _under(name: str, sentences, options: argparse.Namespace, code: str, relevant: frozenset[str] | None) -> dict:
    """The search under one encoder, as plain values."""
    from otcore.commands._progress import download_line, progress_notes, tell_note
    from otcore.encoders import load_encoder
    from otcore.retrieval.index import build_index, query_vectors, search
    from otcore.text.languages import words_of

    encoder = load_encoder(name, download_line())
    query = query_vectors(encoder, [options.query], code)[0]
    index = build_index(encoder, sentences, progress_notes())
    searched = [(one.language, text) for one in sentences for text in one.texts] if options.file else []
    tell_note(encoder.unread([words_of(text, of) for of, text in [(code, options.query), *searched]]))

    def told(hit) -> dict:
        mark = {} if relevant is None else {"relevant": hit.id in relevant}
        return {"rank": hit.rank, "score": round(hit.score, 6), "id": hit.id, "text": hit.text} | mark

    results = {one: [told(hit) for hit in hits] for one, hits in search(index, query, options.top).items()}
    return {"name": name, "layer": index.layer, "results": results} | _scores(index, encoder, options, code)


def _scores(index, encoder, options: argparse.Namespace, code: str) -> dict:
    """Over all queries of the collection, where it is what was searched."""
    from otcore.corpora.collection import load_collection
    from otcore.retrieval.index import query_vectors
    from otcore.retrieval.scores import chance_scores, mean_scores, score_queries

    if options.file or code not in load_collection().languages:
        return {}
    queries = load_collection().queries
    relevant = [frozenset(query.relevant) for query in queries]
    found = mean_scores(score_queries(index, query_vectors(encoder, [query.texts[code] for query in queries], code), relevant))
    chance = chance_scores(len(index.sentences[0]), list(map(len, relevant)))
    return {"all_queries": {"queries": found.queries, **_rounded(found), "chance": _rounded(chance)}}


def _rounded(scores) -> dict[str, float]:
    from otcore.retrieval.scores import AT

    return {"mrr": round(scores.mrr, 6), "p_at_1": round(scores.first, 6), f"recall_at_{AT}": round(scores.recall, 6)}


def _text(found: dict) -> str:
    lines = []
    for one in found["encoders"]:
        lines.append(f"{one['name']}, layer {one['layer']}")
        for code, hits in one["results"].items():
            for hit in hits:
                mark = "✓" if hit.get("relevant") else " "
                lines.append(f"  {code} {hit['rank']:>2}  {hit['score']:.3f} {mark} {hit['id']:>6}  {hit['text']}")
        if "all_queries" in one:
            total = one["all_queries"]
            names = [name for name in total if name not in ("queries", "chance")]
            told = ", ".join(f"{name} {total[name]:.3f} (chance {total['chance'][name]:.3f})" for name in names)
            lines.append(f"  over all {total['queries']} queries, mean of languages: {told}")
    return "\n".join(lines)
