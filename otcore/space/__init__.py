"""The space of words or sentences: which points, where they lie under each encoder, and what their neighbourhoods say."""
