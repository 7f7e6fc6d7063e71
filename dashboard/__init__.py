"""The interface: pages over the engine. The engine knows nothing of it."""
