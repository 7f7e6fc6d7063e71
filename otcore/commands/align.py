"""Align the words of sentence pairs; prints one Pharaoh line (0-based) a pair.

FILE has one `source ||| target` a line, or is TMX, TSV or CSV by its name, packed or not; `-` is standard input. Words are divided by
spaces already, or --raw text is split here. A pair in which nothing aligns gives an empty line. Progress goes to standard error.

A file of any length is read, aligned and written block by block. What is killed half-way is gone on with by the same command and --resume.
"""

import argparse
import hashlib
from collections.abc import Iterable, Iterator, Sequence

from otcore.alignment.settings import AlignSettings
from otcore.commands._options import add_device, add_options, add_raw, settings_from

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
    add_options(parser, AlignSettings)
    add_raw(parser)
    parser.add_argument("--scores", action="store_true", help="write i-j:confidence, which score and errors read too")
    parser.add_argument(
        "--output", metavar="FILE", help="write there instead of standard output, whole or not at all (packed by its name: .gz, .xz …)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with an --output that was stopped or killed")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that align, each with its own encoder (default 1)")
    parser.add_argument(
        "--ray",
        nargs="?",
        const="here",
        metavar="ADDRESS",
        help="align on a Ray cluster (auto, ray://HOST:10001), or on one of this machine alone; one worker a core by default",
    )


def run(options: argparse.Namespace) -> int:
    from otcore.alignment.workers import Work
    from otcore.base.errors import InputError
    from otcore.base.notices import notice
    from otcore.commands._part_file import StandardOutput, opened_part
    from otcore.corpora.pair_stream import open_pairs
    from otcore.encoders import DEFAULT
    from otcore.text.files import display_name

    settings = settings_from(options, AlignSettings)
    to_file = options.output and options.output != "-"
    if options.resume and not to_file:
        raise InputError("Only what goes to a file can be resumed; give --output too.")
    if options.workers is not None and options.workers < 1:
        raise InputError(f"There must be at least one worker, not {options.workers}.")
    stream = open_pairs(options.file, (options.source_lang, options.target_lang), presplit=not options.raw)
    pairs, counts = _counted(stream, settings)
    work = Work(options.encoder or DEFAULT, options.device, settings, counts, score_line if options.scores else link_line)
    if to_file:
        about = _about(options, settings, stream.languages, work.counts)
        with opened_part(options.output, about, resume=options.resume) as output:
            done = _align(options, work, (pairs, stream.notes), output)
    else:
        done = _align(options, work, (pairs, stream.notes), StandardOutput())
    if not done:
        notice(f"{display_name(options.file)} has no pairs, so there is nothing to align")
    return 0


def _align(options: argparse.Namespace, work, corpus: tuple[Iterator, Sequence], output) -> int:
    """Aligns what is not in the output yet of the pairs of a corpus, and tells its notes once that goes well; how many pairs there are."""
    from otcore.alignment.aligner import BLOCK
    from otcore.base.errors import InputError
    from otcore.base.notices import notice
    from otcore.commands._progress import corpus_line, tell_note
    from otcore.text.files import display_name

    (pairs, notes), digest = corpus, hashlib.sha256()
    if sum(len(block) for block in _blocks(pairs, BLOCK, digest, output.lines)) != output.lines or (
        output.lines and digest.hexdigest() != output.digest
    ):
        raise InputError(f"{display_name(options.file)} has changed in the part that is aligned already; start again without --resume.")
    line = corpus_line(options.file, output.lines)
    digests: list[str] = []
    unread = None

    def tell(done: int) -> None:
        for note in notes:
            notice(note.text, note.remedy)  # which passes on each but once
        if done:
            line.add(done)

    with line:
        for lines, left in _lines(options, work, _blocks(pairs, BLOCK, digest, None, digests), tell):
            output.write(lines, digests.pop(0))
            line.reach(len(lines))
            tell(0)
            unread = left if unread is None else unread + left
    tell_note(unread or "")
    return line.done


def _lines(options: argparse.Namespace, work, blocks: Iterator[list], tell) -> Iterator[tuple[list[str], object]]:
    """The lines and the unread of every block in order, from wherever they are to be aligned."""
    from otcore.alignment.cluster import align_on_cluster
    from otcore.alignment.workers import align_blocks
    from otcore.commands._progress import download_line

    if options.ray:
        return align_on_cluster(work, blocks, options.ray, options.workers, tell)
    return align_blocks(work, blocks, options.workers or 1, tell, download_line())


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
        "choice of --raw": options.raw,
        "choice of --scores": options.scores,
        "text by which words are counted": hashlib.sha256(counted.encode()).hexdigest() if counts else "",
    }
