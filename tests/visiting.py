"""A browser's side of a session: Streamlit's protocol over a websocket, every widget's state sent along, and what the page answers."""

import asyncio
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

PATIENCE = 60  # seconds after which an answer counts as none
_VALUES = {"slider": "string_array_value", "selectbox": "string_value", "checkbox": "bool_value"}


@dataclass
class Figures:
    """What all sessions of a round have seen: seconds of each answer by kind of act, faults in words."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)


class Visitor:
    """A browser's side of one session."""

    def __init__(self, url: str, page: str, figures: Figures, query: str = "") -> None:
        self._url, self._page, self._figures, self._query = url, page, figures, query
        self.elements: dict[str, object] = {}  # end of the id → what the server told of a widget
        self._held: dict[str, WidgetState] = {}
        self.fragments: dict[str, float] = {}  # to be redrawn so often

    async def __aenter__(self) -> "Visitor":
        address = self._url.replace("http", "ws", 1) + "_stcore/stream"
        # a class is many machines, each quick enough: what arrives is read at once
        self._socket = await connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE, ping_timeout=None)
        return self

    async def __aexit__(self, *_) -> None:
        await self._socket.close()

    async def ask(self, fragment: str = "", pressed: str = "") -> float:
        """A run of the page or of a fragment, with the state of every widget; the seconds it took."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.fragment_id, asked.is_auto_rerun, asked.query_string = self._page, fragment, bool(fragment), self._query
        asked.widget_states.widgets.extend(self._held.values())
        if pressed:
            asked.widget_states.widgets.append(WidgetState(id=self.elements[pressed].id, trigger_value=True))
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._take(await self._socket.recv()):
                pass
        return time.perf_counter() - began

    def hold(self, name: str, value: str) -> None:
        """Sets a widget as a person does."""
        element = self.elements[name]
        state = WidgetState(id=element.id)
        if hasattr(element, "max"):
            state.string_array_value.data[:] = [value]
        else:
            state.string_value = value
        self._held[element.id] = state

    def _take(self, data: bytes) -> bool:
        """Whether a message of the server ends the answer."""
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.fragments = {}  # of a page that is drawn anew the old ones are gone, and nobody answers for them
        elif kind == "auto_rerun":
            self.fragments[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message.delta.new_element)
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self._figures.errors.append("the page could not be run")
        # an answer that a rerun of the page's own cut short is followed by the whole one
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _element(self, new) -> None:
        kind = new.WhichOneof("type")
        element = getattr(new, kind)
        if kind == "exception" or (kind == "alert" and element.format == element.ERROR):
            self._figures.errors.append(str(getattr(element, "message", "") or getattr(element, "body", ""))[:120])
        if getattr(element, "id", "").startswith("$$ID-"):
            name = element.id.split("-", 2)[2]
            self.elements[name] = element
            if kind in _VALUES and getattr(element, "set_value", False):
                self._keep(kind, element)

    def _keep(self, kind: str, element) -> None:
        """The server has set a widget: the browser takes that over."""
        state = WidgetState(id=element.id)
        if kind == "slider" and element.type == element.SLIDER:  # of numbers, not of names
            state.double_array_value.data[:] = element.value
        elif kind == "slider":
            state.string_array_value.data[:] = element.raw_value
        else:
            setattr(state, _VALUES[kind], element.raw_value if kind == "selectbox" else element.value)
        self._held[element.id] = state
