"""What was published, to be shown beside one's own figures. Other models, data and sizes: to be read for direction, not size.

Each is system → place → figure in percent; a place is a language, "seen" or "all" for the mean over the languages seen in fine-tuning
or over all 15 (XNLI) or 11 (XQuAD). What was not printed is absent.

source: Alqahtani et al. 2021 (arXiv 2110.02887), tables of XNLI and XQuAD; WordOT is transport, L2 is Cao et al. 2020
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

Published = Mapping[str, Mapping[str, float]]

_TABLES = tomllib.loads(Path(__file__).with_name("published.toml").read_text(encoding="utf-8"))
XNLI: Published = _TABLES["xnli"]
XQUAD: Published = _TABLES["xquad"]
ERRORS: Published = _TABLES["errors"]
