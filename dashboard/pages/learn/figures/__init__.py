"""The lessons' figures: numbers → plotly Figure; pure, used by several lessons each."""
