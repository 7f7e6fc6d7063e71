"""Everything between two sentences and their links, as settings."""

from dataclasses import dataclass

from otcore.alignment.rule import LinkRule
from otcore.alignment.rules import RULES
from otcore.alignment.rules.mutual import Mutual
from otcore.alignment.rules.shares import Shares
from otcore.base.choices import Maybe, Number, OneOf, check, choice, variant
from otcore.base.vectors import POOLINGS, UNITS
from otcore.transport.costs import COSTS
from otcore.transport.masses import MASSES
from otcore.transport.solver import Solver
from otcore.transport.solvers import SOLVERS
from otcore.transport.solvers.entropic import Entropic
from otcore.transport.solvers.fused import Fused


@dataclass(frozen=True)
class AlignSettings:
    """How a pair is aligned. The defaults did best on the dev part of the bundled gold links, as the mean of the bundled encoder and
    e5-small.

    layer   : of the encoder, or None for its default
    unit    : what a point of the cloud is: "word" or "subword" (links are between words all the same: where any of their subwords are
              linked), or "summed": subwords, whose plan is added up between words before links are read
    pooling : how a word's vector comes from its subwords' (unit "word"): mean, first, last
    lexicon : how much of the cosine of two points is that of what their words mean by themselves, in [0, 1]; of encoders that have
              a lexicon
    cost    : one of COSTS
    masses  : one of MASSES
    solver  : of the transport
    links   : the rule that reads links from the plan, or from the raw cosine similarity
    raises  : InputError   a value that is none of these

    >>> from otcore import AlignSettings, make_solver
    >>> settings = AlignSettings(layer=2, cost="euclidean", solver=make_solver("exact"))
    >>> settings.solver.name, settings.links.name
    ('exact', 'shares')
    """

    layer: int | None = choice(
        None,
        Maybe(Number(0, 1000, whole=True), blank=-1),
        "Layer",
        "Which layer's vectors are transported; 0 is the embedding. Without a choice it is the encoder's own.",
    )
    unit: str = choice(
        "summed",
        OneOf(UNITS),
        "Points",
        "What the clouds are made of; links are between words all the same: of any of their subwords, or of all together.",
    )
    pooling: str = choice(
        "mean",
        OneOf(POOLINGS),
        "Pooling",
        "How a word's vector comes from its subwords: their mean, the first or the last; the paper takes the last.",
        when=lambda values: values["unit"] == "word",
    )
    lexicon: float = choice(
        0.2,
        Number(0, 1, dial=(0.0, 1.0, 0.05)),
        "Lexicon",
        "How much of the likeness of two words is what they mean by themselves, by the encoder’s lexicon: at 0 only their vectors in "
        "these sentences count, at 1 only the lexicon.",
    )
    cost: str = choice("cosine", OneOf(COSTS), "Cost", "What it costs to move mass between two points.")
    masses: str = choice(
        "inverse-frequency",
        OneOf(MASSES),
        "Masses",
        "How much each word weighs: all the same, by its vector's length, or little where it is common.",
    )
    solver: Solver = variant(Fused(epsilon=0.1, relative=True), SOLVERS, "Transport", "How the plan is found.")
    links: LinkRule = variant(
        Shares(),
        RULES,
        "Links",
        "Which cells of the plan are word links: the maximum of row and column both, at least a share of both, of one side alone, "
        "or of both repeatedly among the words still free. “No plan” reads the cosines themselves, for comparison.",
    )

    def __post_init__(self) -> None:
        check(self)


# Plain transport between words: the costs of their vectors in the sentence alone count, and a word has one link at most.
PLAIN = AlignSettings(unit="word", lexicon=0.0, solver=Entropic(epsilon=0.1, relative=True), links=Mutual())
