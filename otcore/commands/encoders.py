"""List the encoders that can be named, or tell what one of them is: size, languages, licence, architecture.

Without NAME: the bundled editions, what the local cache of the model hub holds, and public encoders known to suit. With NAME: what it is,
before anything is downloaded; --download then brings it here.
"""

import argparse
import dataclasses
import json


def configure(parser: argparse.ArgumentParser) -> None:
    from otcore.encoders import kinds_of_names

    parser.add_argument("name", nargs="?", metavar="NAME", help=f"{kinds_of_names()}; without, all are listed")
    parser.add_argument("--download", action="store_true", help="bring NAME into the local cache; Ctrl-C ends it")
    parser.add_argument("--remove", action="store_true", help="remove NAME from the local cache of the hub, whole or damaged")
    parser.add_argument("--json", action="store_true", help="print one JSON object; sizes in bytes")


def run(options: argparse.Namespace) -> int:
    from otcore.base.errors import InputError

    if options.remove:
        _remove(options.name)
    elif options.name is not None:
        _tell(options.name, options.download, options.json)
    elif options.download:
        raise InputError("Name the encoder to download, as in: python -m otcore encoders xlm-roberta-base --download.")
    else:
        _list(options.json)
    return 0


def _remove(name: str | None) -> None:
    from otcore.base.errors import InputError
    from otcore.encoders import source_of

    if name is None:
        raise InputError("Name the encoder to remove, as in: python -m otcore encoders xlm-roberta-base --remove.")
    source_of(name).remove(name)
    print(f"{name} is removed from the local cache.")


def _list(as_json: bool) -> None:
    from otcore.encoders.facts import readable_size
    from otcore.encoders.sources import SOURCES

    groups = [group for source in SOURCES.values() for group in source.groups()]
    if as_json:
        print(json.dumps({group.key: group.rows for group in groups}, ensure_ascii=False))
        return
    for group in groups:
        if group.rows or group.empty:
            print(f"{group.title}:")
        for row in group.rows:
            size = readable_size(row["bytes"]) if "bytes" in row else "here" if row.get("cached") else ""
            print(f"  {row['name']}  {size:8s}  {row.get('about', '')}".rstrip())
        if group.rows and not group.usable:
            print("  `python -m otcore encoders NAME --remove` removes one.")
        if group.empty and not group.rows:
            print(f"  {group.empty}")
    print("`python -m otcore encoders NAME` tells what a name on the hub is; with --download it is brought here.")


def _tell(name: str, wanted: bool, as_json: bool) -> None:
    from otcore.commands._progress import download_line
    from otcore.encoders import fetch_encoder, source_of
    from otcore.encoders.facts import describe

    found = source_of(name).facts(name)
    if not as_json:
        print(f"{name}: {describe(found)}. {'It is here already.' if found.here else 'It is not here yet.'}")
    if wanted:
        fetch_encoder(name, download_line())
    if as_json:
        told = dataclasses.asdict(found) | {"bytes": found.size, "files": dict(found.files), "here": found.here or wanted}
        print(json.dumps(told, ensure_ascii=False))
