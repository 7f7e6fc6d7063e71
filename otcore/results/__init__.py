"""Results that come with the project, so that a page opens on a finished example: made by `python -m otcore precompute`, stored in
`data/results`, each keyed by the checkpoints, the data and the settings it was made of. One whose key does not fit is not used."""
