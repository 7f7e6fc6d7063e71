"""The plans of studies, one a file."""
