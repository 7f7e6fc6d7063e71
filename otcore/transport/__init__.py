"""Optimal transport between two weighted clouds of vectors: costs, masses, and a plan by one of several solvers."""
