"""Pre-training of the bundled encoder: vocabulary, initial vectors, word links and stages; `pipeline.pretrain` is all of it."""
