"""Figures that several pages draw: numbers → plotly Figure; pure."""
