"""One command a file; heavy imports stay inside `run`, so that `--help` answers at once."""
