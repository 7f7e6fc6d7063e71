"""Heavy work of a live server, as two browsers see it: begun, cancelled by one, its process killed, and done at the next try."""

import asyncio
import contextlib
import os
import re
import signal
import urllib.request

import psutil
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from visiting import Figures, Visitor

from dashboard.background.metrics import ShelfFigures

PATIENCE = 150  # seconds


class Page(Visitor):
    """A browser that knows what stands on its page: the keys of widgets, and the texts of alerts."""

    def __init__(self, url: str, page: str, query: str) -> None:
        super().__init__(url, page, Figures(), query)
        self.keys: set[str] = set()
        self.alerts: list[str] = []

    def _take(self, data: bytes) -> bool:
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.keys, self.alerts = set(), []
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            new = message.delta.new_element
            element = getattr(new, new.WhichOneof("type"))
            assert new.WhichOneof("type") != "exception", element.message
            if new.WhichOneof("type") == "alert":
                self.alerts.append(element.body)
            if (name := getattr(element, "id", "")).startswith("$$ID-"):
                self.keys.add(name.split("-", 2)[2])
        return super()._take(data)

    async def until(self, holds) -> None:
        """Redraws the page as a browser does until something is true of it."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0.05)
                for fragment in list(self.fragments) or [""]:
                    await self.ask(fragment)

    def told(self, text: str) -> bool:
        return any(text in alert for alert in self.alerts)


def workers() -> set[int]:
    """Processes for heavy work of the server that this test has."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "dashboard.background.worker" in process.cmdline():
                found.add(process.pid)
    return found


async def freeze() -> None:
    """Stops these processes where they are, those that come too: loading torch takes each of them a while, so none has done anything."""
    frozen: set[int] = set()
    while True:
        for pid in workers() - frozen:
            os.kill(pid, signal.SIGSTOP)
            frozen.add(pid)
        await asyncio.sleep(0.02)


async def two_visitors(url: str, page: str, query: str, name: str) -> None:
    cancel, again = f"cancel_{name}", f"restart_{name}"
    async with Page(url, page, query) as one, Page(url, page, query) as other:
        freezing = asyncio.create_task(freeze())
        await asyncio.gather(one.ask(), other.ask())
        await one.until(lambda: cancel in one.keys)
        await other.until(lambda: cancel in other.keys)
        await one.ask(pressed=cancel)
        await one.until(lambda: one.told("was cancelled"))
        await other.until(lambda: cancel in other.keys)
        freezing.cancel()
        for pid in workers():
            os.kill(pid, signal.SIGKILL)
        await other.until(lambda: other.told("The process that did the work ended"))
        await other.ask(pressed=again)
        await other.until(lambda: not {cancel, again} & other.keys)
        assert not other.told("ended")
        await one.ask()
        await one.until(lambda: not {cancel, again} & one.keys)
        assert not one.told("ended")
        assert not one.told("cancelled")


@pytest.mark.slow
def test_work_is_cancelled_for_one_and_done_again_after_its_process_was_killed(address):
    """The other pages: tests/benchmarks/faults.py."""
    asyncio.run(two_visitors(address, "errors", "er_over=ro,cs", "analysis"))


@pytest.mark.slow
def test_a_server_tells_that_it_lives_and_how_much_it_holds(address):
    with urllib.request.urlopen(f"{address}_stcore/health", timeout=60) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"{address}_stcore/metrics", timeout=60) as answer:
        figures = answer.read().decode()
    assert re.search(r"^# TYPE \w+ gauge$", figures, re.MULTILINE), "as Prometheus reads them"
    assert all(re.search(rf"^{name} \d+$", figures, re.MULTILINE) for name in ShelfFigures.stats_families)
