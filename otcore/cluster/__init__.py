"""Work past one machine: a Ray cluster that is joined, and blocks mapped over its workers."""
