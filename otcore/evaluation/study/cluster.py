"""A study worked through by a Ray cluster: a worker takes a row with a seed, which it claims in the folder as any process does.

A unit whose worker died goes to another, which trains on from the last checkpoint and measures what is not yet in the table.
"""

import platform
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.names import shown
from otcore.base.progress import Teller
from otcore.cluster.joining import Cluster
from otcore.cluster.mapping import mapped
from otcore.evaluation.study.plan import Study, Unit
from otcore.evaluation.study.running import finish, missing
from otcore.evaluation.study.table import DESCRIPTION, begin


def work_on_cluster(cluster: Cluster, folder: Path, study: Study, tell: Teller | None = None, *, keep_encoders: bool = False) -> bool:
    """As `work`; the folder, and all files that the study reads, are at the same place on every node.

    raises: Stopped; InputError   as `work`, as `mapped`, or a node that does not see the folder
    """
    tell, folder = tell or Teller(), folder.absolute()
    begin(folder, study)
    units = [unit for unit in study.units() if missing(folder, study, unit)]
    if not units:
        return True
    finished: list[bool] = []

    def told(waiting: Collection[bool]) -> None:
        count = len(finished) + len(waiting)
        tell(count / len(units), f"{count} of {len(units)} rows with seeds done")

    told(())
    for one in mapped(cluster, partial(_begun, folder, study, keep_encoders), units, told, ahead=len(units)):
        finished.append(one)  # at once, as `told` counts them
    return all(finished)


def _begun(folder: Path, study: Study, keep_encoders: bool) -> Callable[[Unit], bool]:
    """What a worker does with every unit."""
    if not (folder / DESCRIPTION).is_file():
        raise InputError(f"The node {platform.node()} does not see the folder {shown(folder)}; give --out a folder that all nodes share.")
    begin(folder, study)  # which tells whether its encoder is the same one here
    return lambda unit: finish(folder, study, unit, Teller(), keep_encoders=keep_encoders)
