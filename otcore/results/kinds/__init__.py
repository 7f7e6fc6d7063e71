"""The kinds of stored results, one a file."""
