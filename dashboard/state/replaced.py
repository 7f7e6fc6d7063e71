"""Widgets whose place another one has taken. A figure that can be clicked is a new widget for the web framework whenever it shows something
else, and of each the framework keeps its callbacks and names for as long as the session lives: a kilobyte for every slider moved, for
each of a class, for hours. What is replaced is forgotten here.
"""

import contextlib

from streamlit.runtime.scriptrunner import get_script_run_ctx


def forget() -> None:
    """Before any widget of a run of the page: forgets the widgets whose keys belong to others since. Those that the browser showed last
    stay, for what it sends may be theirs."""
    shared = getattr(get_script_run_ctx(suppress_warning=True), "session_state", None)
    held = getattr(shared, "_state", None)
    known = getattr(getattr(held, "_new_widget_state", None), "widget_metadata", None)
    keys = getattr(held, "_key_id_mapper", None)
    names, ids = getattr(keys, "_id_key_mapping", None), getattr(keys, "_key_id_mapping", None)
    if not all(isinstance(one, dict) for one in (known, names, ids)):
        return  # another edition of the framework, which may do so itself
    with getattr(shared, "_lock", contextlib.nullcontext()):
        for old in [name for name, key in names.items() if ids.get(key) != name]:
            del names[old]
            known.pop(old, None)
