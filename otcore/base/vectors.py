"""What a point of a cloud is made of; here, so that settings need not load an encoder."""

UNITS = {"word": "words", "subword": "subwords", "summed": "subwords, their plan summed to words"}
POOLINGS = ("mean", "first", "last")
