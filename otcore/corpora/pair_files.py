"""Files of sentence pairs with English, in any of the formats that are read."""

from dataclasses import dataclass
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.places import expanded
from otcore.corpora.parallel import read_bitext, read_parallel, read_tsv
from otcore.corpora.tables import is_table
from otcore.corpora.tmx import is_tmx, read_tmx
from otcore.corpora.types import SentencePair
from otcore.text.languages import language

PIVOT = "en"


@dataclass(frozen=True)
class PairFile:
    """Where the sentence pairs of one language are."""

    language: str  # code of the side that is not English; a region in it goes to `tag`
    path: str  # a TMX, TSV or CSV file, one with lines `source ||| target`, or with `english` the source side of line-parallel text
    english: str | None = None  # the English side of line-parallel text, or None
    columns: tuple[int, int] = (1, 2)  # of a table, counted from 1: that of the language and that of English
    tag: str = ""  # the language as a TMX file tells it from others, such as zh-TW; "" for its code

    def __post_init__(self) -> None:
        code = language(self.language).code
        if code != self.language:
            object.__setattr__(self, "tag", self.tag or self.language)
            object.__setattr__(self, "language", code)
        object.__setattr__(self, "columns", tuple(self.columns))
        if len(self.columns) != 2 or not all(isinstance(column, int) and column >= 1 for column in self.columns):
            raise InputError(f"The columns of {self.path} must be two numbers from 1 up, not {list(self.columns)}.")
        for name in ("path", "english"):
            if getattr(self, name) is not None:  # a resumed run may be started from another folder
                object.__setattr__(self, name, str(expanded(getattr(self, name)).absolute()))


def read_any(path: str | Path, source: str, target: str, *, presplit: bool = True) -> list[SentencePair]:
    """Pairs of one file: TMX, or TSV and CSV by their names, else lines `source ||| target`.

    presplit: words stand apart at spaces already, in all but TMX, whose text is running
    raises  : InputError   what the readers raise
    """
    if is_tmx(path):
        return read_tmx(path, source, target)
    return (read_tsv if is_table(path) else read_bitext)(path, source, target, presplit=presplit)


def read_pairs(file: PairFile) -> list[SentencePair]:
    """All pairs of a file: line-parallel where there are two, TMX or a table by its name, else lines `source ||| target`.

    raises: InputError   what the readers raise
    """
    if file.english is not None:
        return read_parallel(file.path, file.english, file.language, PIVOT)
    if is_tmx(file.path):
        return read_tmx(file.path, file.tag or file.language, PIVOT)
    if is_table(file.path):
        return read_tsv(file.path, file.language, PIVOT, columns=(file.columns[0] - 1, file.columns[1] - 1))
    return read_bitext(file.path, file.language, PIVOT)
