"""Figures of the lessons alone: numbers → plotly Figure; pure. What the playground draws too is in `dashboard.kit.figures`."""
