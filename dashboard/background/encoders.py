"""The bundled sentences and the loaded encoders, shared by all sessions."""

import functools
import gc
import itertools

import streamlit as st

from dashboard.background import work
from dashboard.background.jobs import Snapshot
from dashboard.background.kinds import DOWNLOAD
from otcore.base.errors import InputError
from otcore.corpora.collection import Collection, load_collection
from otcore.encoders import DEFAULT, encoder_stamp, fetch_encoder, find_source, load_encoder, source_of
from otcore.encoders.encoder import Encoder
from otcore.encoders.facts import Facts
from otcore.encoders.sources import SOURCES


def collection() -> Collection:
    """The bundled sentences; read once a process."""
    return load_collection()


def encoder_names() -> list[str]:
    """Encoders to choose from: what each source offers."""
    listed = [_slow_names(source.name) if source.slow else source.names() for source in SOURCES.values()]
    return list(dict.fromkeys(itertools.chain.from_iterable(listed)))


def encoder(name: str) -> Encoder:
    """A loaded encoder, shared by all sessions.

    raises: InputError   it cannot be had, is not downloaded yet, or is a folder that the owner of this installation did not list
    """
    check_encoder(name)
    stamp = encoder_stamp(name)
    problem = _why_not(name, stamp)
    if problem:
        raise InputError(problem)
    return _encoder(name, stamp)


def check_encoder(name: str) -> None:
    """raises: InputError   it is not on this machine, or is a folder that the owner of this installation did not list"""
    if source_of(name).listed_only and name not in encoder_names():
        raise InputError(f"The folder {name} may not be opened by this app; whoever runs it can allow folders in OTCORE_ENCODERS.")
    if is_absent(name):
        raise InputError(f"Encoder {name} has not been downloaded yet; press the button below the box in which you chose it.")


@st.cache_data(ttl=60, show_spinner=False)
def damaged_encoders(source: str) -> dict[str, str]:
    """Name → why, of what a source has here and cannot be used."""
    return SOURCES[source].damaged()


def forget_encoder_lists() -> None:
    """After a change: what the sources have is asked anew."""
    _slow_names.clear()
    damaged_encoders.clear()


def is_absent(name: str) -> bool:
    """Whether an encoder has to be fetched before it can be loaded."""
    source = find_source(name)
    return source is not None and source.absent(name)


@st.cache_data(ttl=120, max_entries=100, show_spinner="Asking the model hub …")
def facts_of(name: str) -> tuple[Facts | None, str]:
    """What an encoder is, or None and why that cannot be told; remembered for two minutes."""
    try:
        return source_of(name).facts(name), ""
    except InputError as error:
        return None, str(error)


def start_download(name: str) -> None:
    """Queues the download of an encoder, unless it is at work already.

    raises: InputError   too many downloads wait
    """
    work.asked(_download_key(name), f"download of {name}", lambda: lambda tell: fetch_encoder(name, tell), DOWNLOAD)


def download_of(name: str) -> Snapshot | None:
    """How the download of an encoder stands, or None where none was asked for."""
    found = work.known(_download_key(name))
    if found is not None and found.state == "done" and is_absent(name):  # the cache was emptied since
        work.jobs().forget(_download_key(name))
        return None
    return found


def _download_key(name: str) -> str:
    return f"download {name}"


def layers_of(name: str) -> int:
    """How many layers an encoder has.

    raises: InputError   it cannot be had
    """
    return _layers_of(name, encoder_stamp(name))


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


@st.cache_data(ttl=60, show_spinner=False)
def _slow_names(source: str) -> list[str]:
    return SOURCES[source].names()


@st.cache_data(ttl=120, max_entries=100, show_spinner="Loading the encoder …")
def _why_not(name: str, stamp: int) -> str:
    """Why an encoder cannot be had, or nothing. Remembered for two minutes: every run of a page asks."""
    try:
        _encoder(name, stamp)
    except InputError as error:
        return str(error)
    return ""
