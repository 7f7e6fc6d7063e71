"""Pre-training of the bundled encoder: vocabulary, initial vectors, word links and two stages of training.

``pipeline.pretrain`` does the whole of it, ``links.word_links`` aligns words with eflomal. Nothing is imported
here: torch takes seconds to load and eflomal is optional.
"""
