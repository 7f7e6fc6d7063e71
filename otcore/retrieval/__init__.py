"""A query in one language, the nearest sentences of every other: what is searched, the index, the ranking and its scores."""
