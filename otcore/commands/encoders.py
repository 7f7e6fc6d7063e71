"""List the encoders that can be named, or tell what one of them is: size, languages, licence, architecture.

Without NAME: the bundled editions, what the local cache of the model hub holds, and public encoders known to suit. With NAME, a bundled
edition, a folder, run:NAME or a name on the hub: what it is, before anything is downloaded; --download then brings it here.
"""

import argparse
import json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="an encoder; without, all are listed")
    parser.add_argument("--download", action="store_true", help="bring NAME into the local cache; Ctrl-C ends it")
    parser.add_argument("--json", action="store_true", help="print one JSON object; sizes in bytes")


def run(options: argparse.Namespace) -> int:
    from otcore.base.errors import InputError

    if options.name is None:
        if options.download:
            raise InputError("Name the encoder to download, as in: python -m otcore encoders xlm-roberta-base --download.")
        _list(options.json)
    else:
        _tell(options.name, options.download, options.json)
    return 0


def _list(as_json: bool) -> None:
    from otcore.base.places import run_names
    from otcore.encoders.catalogue import BUNDLED, EDITIONS, PUBLIC, bundled_names, extra_names
    from otcore.encoders.facts import local_facts, readable_size
    from otcore.encoders.hub import cached

    about = {name: text.removeprefix("bundled, ").partition(": ")[2] for name, text in EDITIONS.items()}
    here = dict(cached())
    found = {
        "bundled": [{"name": name, "bytes": local_facts(name, BUNDLED / name).size, "about": about[name]} for name in bundled_names()],
        "added": [{"name": name} for name in extra_names()],
        "runs": [{"name": name} for name in run_names()],
        "cached": [{"name": name, "bytes": size} for name, size in here.items()],
        "public": [{"name": name, "about": text, "cached": name in here} for name, text in PUBLIC.items()],
    }
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    titles = {
        "bundled": "Bundled", "added": "Added by OTCORE_ENCODERS", "runs": "Fine-tuning runs", "cached": "In the local cache of the hub",
        "public": "Public, known to suit",
    }  # fmt: skip
    for kind, title in titles.items():
        if found[kind] or kind == "cached":
            print(f"{title}:")
            for row in found[kind]:
                size = readable_size(row["bytes"]) if "bytes" in row else "here" if row.get("cached") else ""
                print(f"  {row['name']}  {size:8s}  {row.get('about', '')}".rstrip())
            if not found[kind]:
                print("  none")
    print("`python -m otcore encoders NAME` tells what a name on the hub is; with --download it is brought here.")


def _tell(name: str, wanted: bool, as_json: bool) -> None:
    from otcore.commands._progress import download_line
    from otcore.encoders.facts import describe
    from otcore.encoders.hub import download

    found = _facts(name)
    if not as_json:
        print(f"{name}: {describe(found)}. {'It is here already.' if found.here else 'It is not here yet.'}")
    if wanted and not found.here:
        download(name, download_line())
    if as_json:
        print(
            json.dumps(
                {
                    "name": name, "bytes": found.size, "languages": list(found.languages), "licence": found.licence,
                    "architecture": found.architecture, "layers": found.layers, "parameters": found.parameters,
                    "files": dict(found.files), "here": found.here or wanted,
                },
                ensure_ascii=False,
            )
        )  # fmt: skip


def _facts(name: str):
    from pathlib import Path

    from otcore.encoders.facts import local_facts
    from otcore.encoders.hub import cached_folder, facts
    from otcore.encoders.loading import is_hub_name, locate

    location = locate(name)
    if not is_hub_name(name):
        return local_facts(name, Path(location))
    folder = cached_folder(name)
    return local_facts(name, folder) if folder else facts(name)
