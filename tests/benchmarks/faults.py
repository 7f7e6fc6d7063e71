"""Heavy work of a live server, page by page, as two visitors see it who begin it, one of whom cancels, and whose process is then killed.

    python tests/benchmarks/faults.py [PAGE …]

Each page is opened twice on work that nobody has done, on processes that are stopped where they are; one visitor cancels, the processes
are killed, the other is told so in a sentence, starts again, and both have the result. Prints a line a page and exits with 1 where one
did not come so far.
"""

import asyncio
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

PAGES = {  # page, address, name of the work
    "compare": ("compare", "compared=base,aligned&over=ro,tr", "comparison"),
    "errors": ("errors", "er_over=ro,tr", "analysis"),
    "search": ("search", "se_a=tuned&se_b=base&se_in=fr,ro", "index"),
    "space": ("space", "sp_method=umap&sp_langs=en,ro", "picture"),
    "transfer": ("compare", "cmp_part=transfer&tr_task=topics&tr_over=ro&compared=tuned,base", "transfer"),
}


def main() -> int:
    from app_server import running_server
    from test_live_work import two_visitors

    failed = 0
    with tempfile.TemporaryDirectory() as runs:
        os.environ |= {"OTCORE_RUNS": runs, "OTCORE_NICE": "0"}
        with running_server() as url:
            for name in sys.argv[1:] or PAGES:
                began = time.monotonic()
                try:
                    asyncio.run(two_visitors(url, *PAGES[name]))
                except Exception:
                    failed += 1
                    traceback.print_exc()
                print(f"{name:10} {time.monotonic() - began:.0f} s", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
