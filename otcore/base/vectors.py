"""What a point of a cloud is made of; here, so that settings need not load an encoder."""

UNITS = {"word": "words", "subword": "subwords"}
POOLINGS = ("mean", "first", "last")
