"""Error analysis: every link judged by written rules, systems compared link by link.

The rule book is `classes.RULES`: an ordered table of causes, each with the outcomes it may explain and when it fits. The first rule
that fits a missed or a false link is its cause; every link there is has exactly one outcome and one cause, so counts add up.

cause          | outcomes      | in short
punctuation    | missed, false | a word of punctuation only
name-number    | missed, false | a name, or a word with a digit
wrong-copy     | missed, false | the same word at another place was meant, or taken
null-linked    | false         | a word that gold links to nothing
split          | missed, false | a compound or rich word with several adjacent partners
one-to-many    | missed        | another partner of the word was found
function-word  | missed, false | an article, pronoun, preposition …
neighbour      | missed, false | the word beside the right one
crossing       | missed, false | far off the diagonal, across other links
rare           | missed, false | many subwords, or unknown to the encoder
linked-null    | missed        | a word that the system links to nothing
other          | missed, false | nothing of that
"""

from otcore.analysis.analyse import Analysis, Drawn, SystemErrors, analyse, cause_counts, draw, encode_pairs, summary
from otcore.analysis.classes import CAUSES, CORRECT, NAMES, OUTCOMES, RULES, Context, Judged, Rule, fitting, judge
from otcore.analysis.significance import CHANGES, Changes, McNemar, mcnemar
from otcore.analysis.sources import Corpus, FileFormat, bundled, from_files, keep, kept
from otcore.analysis.table import LinkTable

__all__ = [
    "CAUSES",
    "CHANGES",
    "CORRECT",
    "NAMES",
    "OUTCOMES",
    "RULES",
    "Analysis",
    "Changes",
    "Context",
    "Corpus",
    "Drawn",
    "FileFormat",
    "Judged",
    "LinkTable",
    "McNemar",
    "Rule",
    "SystemErrors",
    "analyse",
    "bundled",
    "cause_counts",
    "draw",
    "encode_pairs",
    "fitting",
    "from_files",
    "judge",
    "keep",
    "kept",
    "mcnemar",
    "summary",
]
