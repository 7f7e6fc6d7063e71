"""The Search page: a query in one language, its nearest sentences in the others under two encoders."""
