"""A Ray cluster joined: one that runs already, or one of this machine alone that ends with the work."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from otcore.base.errors import InputError

HERE = "here"  # for an address: a cluster of this machine alone
REQUIREMENTS = "otcore/cluster/requirements.txt"
_ROOT = Path(__file__).resolve().parents[2]  # where every node has to have the project


@dataclass(frozen=True)
class Cluster:
    """address: `auto`, `ray://head:10001`, or HERE · workers: how many, each with one core; None for one a core of the cluster"""

    address: str
    workers: int | None = None

    @contextlib.contextmanager
    def joined(self) -> Iterator[tuple[ModuleType, int]]:
        """Ray, and the number of workers, until the end of the block.

        raises: InputError   Ray is not installed, or no cluster answers
        """
        ray = _ray()
        _join(ray, self)
        try:
            yield ray, self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        finally:
            ray.shutdown()


def _ray() -> ModuleType:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")  # it would print of each death of a worker where results are printed
    try:
        import ray
    except ImportError as error:
        raise InputError(f"Ray is not installed; install it with: pip install -r {REQUIREMENTS}") from error
    return ray


def _join(ray: ModuleType, cluster: Cluster) -> None:
    # what `python -m otcore` found by its working folder
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    given = {"logging_level": "error", "log_to_driver": False, "runtime_env": {"env_vars": {"PYTHONPATH": path}}}
    own = cluster.address == HERE
    where = {"num_cpus": cluster.workers, "include_dashboard": False} if own else {"address": cluster.address}
    try:
        ray.init(**given, **where)
    except (ConnectionError, RuntimeError, ValueError) as error:
        told = str(error).strip().partition("\n")[0][:200]
        raise InputError(f"No Ray cluster can be joined ({told}); start one with `ray start --head`, or leave its address out.") from error
