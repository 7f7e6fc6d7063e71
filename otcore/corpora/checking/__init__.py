"""What is wrong with a parallel corpus, before anything is trained on it."""
