"""The choice of an encoder, or of several, wherever a page has one; a name that is not on this machine is offered below it."""

import re

import streamlit as st

from dashboard import background, state
from dashboard.kit import markup, waiting, widgets
from dashboard.kit.explain import attempt
from dashboard.state import Choices
from otcore.encoders import find_source, kinds_of_names, source_of
from otcore.encoders.facts import Facts, readable_size


def one(key: str, label: str = "Encoder", *, place=st, help: str = "", offered: bool = True) -> None:
    """A select box for the choice under `key`.

    help   : by default which names there are
    offered: False where another box of the page has the same name and offers it already
    """
    kinds = kinds_of_names(typed=True)
    help = help or f"{kinds[0].upper()}{kinds[1:]}: type it and press Enter."
    typed = {"accept_new_options": True, "on_change": _take_match, "args": (key,)}
    place.selectbox(label, _names(state.get(key)), key=key, format_func=_shown, help=help, **typed)
    if offered:
        with place.container():
            _offer(state.get(key))


def about(name: str) -> None:
    """What is known of an encoder beside its name, in captions."""
    source = find_source(name)
    for line in source.about(name) if source else ():
        st.caption(line)


def several(choices: Choices, name: str, place, placeholder: str) -> None:
    """A box for a choice of several encoders."""
    key = choices.key(name)
    chosen, options = state.get(key), {"accept_new_options": True, "format_func": _shown, "placeholder": placeholder}
    options |= {"on_change": _take_match, "args": (key,)}
    widgets.draw(choices, name, place, options=_names(*chosen), max_selections=choices.declared[name].kind.most, **options)
    with place:
        for one in chosen:
            _offer(one)


def _names(*chosen: str) -> list[str]:
    return list(dict.fromkeys([*background.encoder_names(), *chosen]))


def _take_match(key: str) -> None:
    """Callback of a box: a part of a name that was typed becomes the first name it begins, or begins a part of. A name with an owner, and
    one that is here, are taken as they are."""
    known, held = background.encoder_names(), state.get(key)

    def match(typed: str) -> str:
        if typed in known or "/" in typed or not typed.strip():
            return typed
        begins = re.compile(rf"(?:^|[^a-z0-9]){re.escape(typed.strip().casefold())}")
        return next((name for name in known if begins.search(name.casefold())), typed)

    state.put(**{key: match(held) if isinstance(held, str) else list(dict.fromkeys(map(match, held)))})


def _shown(name: str) -> str:
    source = find_source(name)
    return f"{name} ({source.mark})" if source and source.mark else name


def _offer(name: str) -> None:
    """Nothing for an encoder that is here; else its size, languages and licence with a button, the progress of its download, or a
    sentence on why it cannot be had. To be drawn once a page for each name."""
    if not background.is_absent(name):
        return
    found = background.download_of(name)
    if found is not None:
        waiting.show(found, lambda _: st.rerun(), name=f"download of {name}")
        return
    source = source_of(name)
    facts, problem = background.facts_of(name)
    if facts is None:
        st.info(markup.told(problem))
        return
    if source.at_once:
        attempt(lambda: background.start_download(name))
        st.rerun()
    st.markdown(f"**{markup.escape_markdown(name)}** is not on this machine yet.")
    st.caption("  \n".join(f"{label}: {markup.escape_markdown(text)}" for label, text in _rows(facts).items()))
    label = f"{source.verb} {readable_size(facts.size)}"
    if st.button(label, key=f"download of {name}", icon=":material/download:", help=source.kept):
        attempt(lambda: background.start_download(name))


def _rows(facts: Facts) -> dict[str, str]:
    languages, parameters = facts.languages, facts.parameters
    rows = {
        "Size": readable_size(facts.size),
        "Languages" + (f" ({len(languages)})" if len(languages) > 1 else ""): ", ".join(languages) or "not stated on its card",
        "Licence": facts.licence or "not stated on its card",
        "Architecture": facts.architecture or "not told",
    }
    return rows | ({"Parameters": f"{parameters / 1e6:,.0f} million"} if parameters else {})
