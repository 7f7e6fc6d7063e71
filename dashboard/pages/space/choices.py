"""The choices of the Space page: what is plotted, how it is projected, how it looks, what is selected."""

from dashboard.state import parsing
from dashboard.state.parsing import LAYER_DEFAULT, Field
from otcore.base.names import POOLINGS
from otcore.space.nearest import METRICS
from otcore.space.points import KINDS
from otcore.space.projection import METHODS
from otcore.text.languages import LANGUAGES

MODES = ("pair", "one", "film")
PARTS = ("all", "dev", "test")
COLOURS = ("language", "sentence", "tag", "gold", "null", "rank", "frequency")
LINES = ("none", "selected", "all")
ALL_SENTENCES = 400  # more than there are: the slider's end means all of them

FIELDS = {
    "sp_mode": Field("pair", parsing.one_of(*MODES)),
    "sp_a": Field("base", parsing.nonempty),
    "sp_b": Field("aligned", parsing.nonempty),
    "sp_layer_a": Field(LAYER_DEFAULT, parsing.number(LAYER_DEFAULT, 1000, int)),
    "sp_layer_b": Field(LAYER_DEFAULT, parsing.number(LAYER_DEFAULT, 1000, int)),
    "sp_unit": Field("word", parsing.one_of(*KINDS)),
    "sp_pooling": Field("mean", parsing.one_of(*POOLINGS)),
    "sp_langs": Field(["en", "de", "ar", "ja"], parsing.list_of(len(LANGUAGES), *LANGUAGES)),
    "sp_part": Field("all", parsing.one_of(*PARTS)),
    "sp_tags": Field([], parsing.tags),
    "sp_count": Field(30, parsing.number(1, ALL_SENTENCES, int)),
    "sp_ids": Field([], parsing.list_of(60)),
    "sp_method": Field("pca", parsing.one_of(*METHODS)),
    "sp_dims": Field(2, parsing.number(2, 3, int)),
    "sp_neighbours": Field(15, parsing.number(2, 200, int)),
    "sp_min_dist": Field(0.1, parsing.number(0, 1)),
    "sp_metric": Field("cosine", parsing.one_of(*METRICS)),
    "sp_seed": Field(0, parsing.number(0, 2**31, int)),
    "sp_colour": Field("language", parsing.one_of(*COLOURS)),
    "sp_lines": Field("selected", parsing.one_of(*LINES)),
    "sp_find": Field("", parsing.at_most(200)),
    "sp_regex": Field(False, parsing.flag),
    "sp_pick": Field("", parsing.at_most(4500)),
    "sp_step": Field(-1, parsing.number(-1, 10**9, int)),
    "sp_play": Field(False, parsing.flag),
}
