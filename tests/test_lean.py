"""The app's server loads POT without what nobody asks of it here, and nothing is lost by that."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LOADED = """
import sys
from dashboard.background import budget
budget.settle()
budget.settle()
import numpy as np
import ot
assert not {"sklearn", "scipy.stats", "torch"} & sys.modules.keys()
assert ot.emd(np.full(2, 0.5), np.full(2, 0.5), 1 - np.eye(2)).tolist() == [[0.5, 0], [0, 0.5]]
assert ot.partial.partial_wasserstein(np.full(2, 0.5), np.full(2, 0.5), 1 - np.eye(2), m=0.5).sum() == 0.5
from sklearn.cluster import KMeans
assert KMeans(1, n_init=1).fit(np.eye(2)).cluster_centers_.tolist() == [[0.5, 0.5]]
assert ot.datasets.make_1D_gauss(3, 1, 1).shape == (3,)
assert sum(type(one).__name__ == "_Lean" for one in sys.meta_path) == 1
"""


def test_pot_is_loaded_without_other_libraries_which_are_there_for_whoever_asks():
    subprocess.run([sys.executable, "-c", _LOADED], cwd=ROOT, check=True, timeout=120)
