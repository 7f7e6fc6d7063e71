"""Studies: a grid of objectives, seeds and measurements, worked through a cell at a time into one table that all can read meanwhile."""
