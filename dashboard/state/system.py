"""A system: an encoder and everything between it and the links."""

from dataclasses import dataclass

from otcore.alignment.settings import AlignSettings
from otcore.base.choices import Text, choice, nested

ENCODER_HELP = "A bundled edition, a fine-tuning run (run:NAME), or a hub name: type it and press Enter."


@dataclass(frozen=True)
class System:
    """An encoder by name and the settings of an alignment."""

    encoder: str = choice("aligned", Text(200, filled=True), "Encoder", ENCODER_HELP)
    settings: AlignSettings = nested(AlignSettings)
