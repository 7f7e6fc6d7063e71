"""Align the words of sentence pairs; prints one Pharaoh line (0-based) a pair.

FILE has one `source ||| target` a line, or is TMX, TSV or CSV by its name, packed or not; `-` is standard input. Words are divided by
spaces already, or --raw text is split here. A pair in which nothing aligns gives an empty line. Progress goes to standard error.

A file of any length is read, aligned and written block by block. What is killed half-way is gone on with by the same command and --resume.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from otcore.alignment.settings import AlignSettings
from otcore.commands._options import add_cluster, add_device, add_options, add_raw, cluster_from, settings_from

REMEDIES = {
    "raw": "give --raw for text that is not split into words",
    "languages": "say what they are by --source-lang and --target-lang where that is wrong",
    "resume": "give the same command with --resume to go on from there",
}
_COUNTED = 1 << 15  # pairs in which the words of languages that are not bundled are counted


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="pairs `source ||| target`, TMX, TSV or CSV, or - for standard input")
    parser.add_argument("--source-lang", metavar="CODE", help="language of the source (default: told from the text)")
    parser.add_argument("--target-lang", metavar="CODE", help="language of the target (default: told from the text)")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="bundled edition, folder or hub name (default aligned)")
    add_device(parser)
    parser.add_argument("--int8", action="store_true", help="encode in eight bits: twice as fast, and one link in a hundred is another")
    add_options(parser, AlignSettings)
    add_raw(parser)
    parser.add_argument("--scores", action="store_true", help="write i-j:confidence, which score and errors read too")
    parser.add_argument(
        "--output", metavar="FILE", help="write there instead of standard output, whole or not at all (packed by its name: .gz, .xz …)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with an --output that was stopped or killed")
    add_cluster(parser, "align", workers="processes that align, each with its own encoder (default 1; with --ray, one a core)")


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.workers import Work, align_blocks
    from otcore.base.errors import InputError
    from otcore.base.notices import notice
    from otcore.commands._part_file import StandardOutput, opened_part
    from otcore.commands._progress import download_line
    from otcore.corpora.pair_stream import open_pairs
    from otcore.encoders import DEFAULT
    from otcore.text.files import display_name

    settings = settings_from(options, AlignSettings)
    to_file = options.output and options.output != "-"
    if options.resume and not to_file:
        raise InputError("Only what goes to a file can be resumed; give --output too.")
    cluster = cluster_from(options, alone=True)
    stream = open_pairs(options.file, (options.source_lang, options.target_lang), presplit=not options.raw)
    pairs, counts = _counted(stream, settings)
    work = Work(options.encoder or DEFAULT, options.device, settings, counts, score_line if options.scores else link_line, options.int8)
    lines = partial(align_blocks, work, workers=options.workers or 1, cluster=cluster, teller=download_line())
    if to_file:
        about = _about(options, settings, stream.languages, work.counts)
        with opened_part(options.output, about, resume=options.resume) as output:
            done = _align(options.file, lines, (pairs, stream.notes), output)
    else:
        done = _align(options.file, lines, (pairs, stream.notes), StandardOutput())
    if not done:
        notice(f"{display_name(options.file)} has no pairs, so there is nothing to align")
    return 0


def _align(path: str, lines_of: Callable, corpus: tuple[Iterator, Sequence], output) -> int:
    """Aligns what is not in the output yet of the pairs of a corpus, and tells its notes once that goes well; how many pairs there are.

    lines_of: `align_blocks` but for the blocks and whom it tells
    """
    from otcore.alignment.aligner import BLOCK
    from otcore.base.errors import InputError
    from otcore.base.notices import notice
    from otcore.commands._progress import corpus_line, tell_note
    from otcore.text.files import display_name

    (pairs, notes), digest = corpus, hashlib.sha256()
    if sum(len(block) for block in _blocks(pairs, BLOCK, digest, output.lines)) != output.lines or (
        output.lines and digest.hexdigest() != output.digest
    ):
        raise InputError(f"{display_name(path)} has changed in what is aligned already; begin anew, without --resume.")
    line = corpus_line(path, output.lines)
    digests: list[str] = []
    unread = None

    def tell(done: int) -> None:
        for note in notes:
            notice(note.text, note.remedy)  # which passes on each but once
        if done:
            line.add(done)

    with line:
        for lines, left in lines_of(_blocks(pairs, BLOCK, digest, None, digests), tell):
            output.write(lines, digests.pop(0))
            line.reach(len(lines))
            tell(0)
            unread = left if unread is None else unread + left
    tell_note(unread or "")
    return line.done


def _blocks(pairs: Iterator, size: int, digest, most: int | None = None, digests: list[str] | None = None) -> Iterator[list]:
    """Pairs in blocks, whose digests so far are noted."""
    from itertools import islice

    left = most
    while left != 0 and (block := list(islice(pairs, size if left is None else min(size, left)))):
        for pair in block:
            digest.update("\0".join((*pair.source.words, "", *pair.target.words, "\n")).encode())
        if digests is not None:
            digests.append(digest.hexdigest())
        left = None if left is None else left - len(block)
        yield block


def _counted(stream, settings: AlignSettings) -> tuple[Iterator, dict]:
    """The pairs, and the word counts of languages that are not bundled, from the first of them."""
    from collections import deque
    from itertools import islice

    from otcore.alignment.aligner import counts_for
    from otcore.text.languages import LANGUAGES

    if all(code in LANGUAGES for code in stream.languages):
        return stream.pairs, {}
    head = deque(islice(stream.pairs, _COUNTED))
    return _again(head, stream.pairs), counts_for(head, settings)


def _again(head, rest: Iterable) -> Iterator:
    while head:
        yield head.popleft()
    yield from rest


def link_line(found) -> str:
    """One Pharaoh line."""
    from otcore.corpora.pharaoh import format_links

    return format_links(found.pairs)


def score_line(found) -> str:
    """One line of links with confidences."""
    from otcore.corpora.pharaoh import format_scores

    return format_scores({(link.source, link.target): link.confidence for link in found.links})


def _about(options: argparse.Namespace, settings: AlignSettings, languages: tuple[str, str], counts) -> dict:
    """What the lines depend on, beside the pairs."""
    from otcore.encoders import DEFAULT, encoder_stamp

    name = options.encoder or DEFAULT
    counted = repr(sorted((code, sorted(words.items())) for code, words in counts.items()))
    return {
        "source language": languages[0],
        "target language": languages[1],
        "encoder": name,
        "state of the encoder": encoder_stamp(name),
        "setting": repr(settings),
        "choice of --int8": options.int8,
        "choice of --raw": options.raw,
        "choice of --scores": options.scores,
        "text by which words are counted": hashlib.sha256(counted.encode()).hexdigest() if counts else "",
    }
