"""The bundled sentences and the loaded encoders, shared by all sessions."""

import functools
import gc

import streamlit as st

from otcore.corpora import Collection, load_collection
from otcore.encoders import DEFAULT, PUBLIC, Encoder, bundled_names, load_encoder
from otcore.encoders.catalogue import extra_names
from otcore.encoders.loading import is_folder
from otcore.errors import InputError
from otcore.runs import run_names, run_stamp


def collection() -> Collection:
    """The bundled sentences; read once a process."""
    return load_collection()


def encoder_names() -> list[str]:
    """Encoders to choose from: bundled editions, the owner's, fine-tuning runs, public names."""
    return list(dict.fromkeys([*bundled_names(), *extra_names(), *run_names(), *PUBLIC]))


def encoder(name: str) -> Encoder:
    """A loaded encoder, shared by all sessions.

    raises: InputError   it cannot be had, or is a folder that the owner of this installation did not list
    """
    if is_folder(name) and name not in encoder_names():
        raise InputError(f"The folder {name} is not open to this app; its owner lists folders in OTCORE_ENCODERS.")
    stamp = run_stamp(name)
    problem = _why_not(name, stamp)
    if problem:
        raise InputError(problem)
    return _encoder(name, stamp)


def layers_of(name: str) -> int:
    """How many layers an encoder has.

    raises: InputError   it cannot be had
    """
    return _layers_of(name, run_stamp(name))


def usable_encoder(name: str) -> tuple[str, str]:
    """The name itself, or the default's and a sentence on why; a page stays usable when an encoder cannot be had."""
    try:
        encoder(name)
    except InputError as error:
        return DEFAULT, f"{error} Shown instead: {DEFAULT}."
    return name, ""


@st.cache_resource(max_entries=4, show_spinner=False)
def _encoder(name: str, stamp: int) -> Encoder:
    found = load_encoder(name)
    _settle()
    return found


@functools.cache
def _settle() -> None:
    """Takes what the libraries brought into memory out of the garbage collector's sight, once. Streamlit collects after every run
    of a page or fragment, and walking through some hundred thousand objects of torch and Transformers each time holds up every other
    thread for half a second: a job's progress, redrawn each second, would leave the job itself little time on a busy machine."""
    gc.collect()
    gc.freeze()


@st.cache_data(max_entries=100, show_spinner=False)
def _layers_of(name: str, stamp: int) -> int:
    return encoder(name).layers


@st.cache_data(ttl=120, max_entries=100, show_spinner="Loading the encoder …")
def _why_not(name: str, stamp: int) -> str:
    """Why an encoder cannot be had, or nothing. Remembered for two minutes: every run of a page asks, and a hub that is
    out of reach takes its time to be so."""
    try:
        _encoder(name, stamp)
    except InputError as error:
        return str(error)
    return ""
