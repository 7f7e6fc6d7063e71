"""The parts of the Errors page."""
