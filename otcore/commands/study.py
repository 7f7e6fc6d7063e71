"""The paper's experiment as a grid: objectives × seeds, each trained and measured, into one table that fills a cell at a time.

Called again, or after a kill, the command goes on where the table ends. Several processes, on one machine or many, may share DIR: each
takes the next row and seed that nobody works on. With --ray the workers of a cluster do, where DIR, the data and the project are at the
same path on every node. The page Compare shows the table meanwhile, under Study, for folders below OTCORE_STUDIES.
"""

import argparse
import json
from functools import partial
from pathlib import Path

from otcore.base.errors import InputError
from otcore.base.places import studies_folder
from otcore.commands._options import add_cluster, cluster_from, names
from otcore.evaluation.study.plan import PLANS


def configure(parser: argparse.ArgumentParser) -> None:
    parser.description += "\n\nPlans:\n" + "\n".join(f"  {name:8} {plan.about}" for name, plan in PLANS.items())
    parser.add_argument("--plan", choices=list(PLANS), required=True, help=", ".join(PLANS))
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the study (default: the plan's name below OTCORE_STUDIES)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the data that the plan needs")
    parser.add_argument("--encoder", metavar="NAME|DIR", help="where all rows start (default: the plan's)")
    parser.add_argument("--rows", metavar="A,B", help="rows to work on: untuned and names of objectives (default all)")
    parser.add_argument("--seeds", type=int, metavar="N", help="seeds 0 … N − 1 (default: the plan's)")
    parser.add_argument("--steps", type=int, metavar="N", help="steps of every fine-tuning (default: the plan's)")
    add_cluster(parser, "work, in a DIR that all nodes share,")
    parser.add_argument("--keep-encoders", action="store_true", help="keep what was trained once it is measured")
    parser.add_argument("--show", action="store_true", help="print the table as it stands and do nothing")
    parser.add_argument("--json", action="store_true", help="print the table as one JSON object")


def run(options: argparse.Namespace) -> int:
    from otcore.evaluation.study.table import cells, open_table
    from otcore.evaluation.study.verdicts import as_text

    folder = options.out or studies_folder() / options.plan
    finished = True
    if not options.show:
        finished = _worked(options, folder)
    table = open_table(folder)
    if options.json:
        print(json.dumps({"study": table.described, "cells": [vars(one) for one in cells(folder)]}, ensure_ascii=False))
    else:
        print(as_text(table) + ("" if finished else "\n\nOther processes are still at work on the rest."))
    return 0


def _worked(options: argparse.Namespace, folder: Path) -> bool:
    from otcore.commands._progress import progress_notes
    from otcore.encoders import lasting
    from otcore.evaluation.study.cluster import work_on_cluster
    from otcore.evaluation.study.running import work

    cluster = cluster_from(options)
    if options.seeds is not None and not 1 <= options.seeds <= 1000:
        raise InputError(f"--seeds must be a whole number from 1 to 1000, not {options.seeds}.")
    if options.steps is not None and options.steps < 1:
        raise InputError(f"--steps must be a whole number from 1 up, not {options.steps}.")
    encoder = options.encoder and lasting(options.encoder)  # the study may be gone on with from another place
    rows = names(options.rows) if options.rows else None
    data = options.data and options.data.absolute()
    study = PLANS[options.plan].study(data, encoder=encoder, rows=rows, seeds=options.seeds, steps=options.steps)
    do = partial(work_on_cluster, cluster) if cluster else work
    return do(folder, study, progress_notes(), keep_encoders=options.keep_encoders)
