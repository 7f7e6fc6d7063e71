"""The parts of the Space page."""
