"""Which modules a module imports, read from the sources: inside functions too, with the packages whose `__init__` runs on the way."""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path


class Imports:
    """The imports of a tree of packages.

    root   : the folder that holds them
    folders: the packages at its top
    files  : single modules beside them
    """

    def __init__(self, root: Path, folders: tuple[str, ...], files: tuple[str, ...] = ()) -> None:
        found = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
        names = {".".join(path.relative_to(root).with_suffix("").parts): path for path in (*found, *(root / name for name in files))}
        self.paths = {name.removesuffix(".__init__"): path for name, path in names.items()}
        self.folders = {*folders}

    @cached_property
    def direct(self) -> dict[str, set[str]]:
        """Module → what it imports: our modules by name, all others by the first part of theirs."""
        return {name: set(self._imported(name)) for name in self.paths}

    def way(self, start: str, *ends: str) -> list[str]:
        """The shortest way along which a module reaches one of the ends, or any module of a package among them; empty where it does not."""
        ways, seen = [[start]], {start}
        for way in ways:  # grows while it is read
            if way[1:] and any(way[-1] == end or way[-1].startswith(f"{end}.") for end in ends):
                return way
            fresh = sorted(self.direct.get(way[-1], set()) - seen)
            seen.update(fresh)
            ways += [[*way, other] for other in fresh]
        return []

    def _imported(self, module: str) -> Iterator[str]:
        path = self.paths[module]
        package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._run(alias.name)
            elif isinstance(node, ast.ImportFrom):
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])]) if node.level else node.module
                for alias in node.names:
                    whole = f"{base}.{alias.name}"
                    target, name = (whole, None) if whole in self.paths else (base, alias.name)
                    yield from self._run(target)
                    yield from self._lazy(target, name)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
                yield from self._run(node.args[0].value if isinstance(node.args[0], ast.Constant) else "importlib")

    def _run(self, name: str) -> Iterator[str]:
        """What an import of a module runs: its packages, and itself."""
        parts = name.split(".")
        if parts[0] not in self.folders and parts[0] not in self.paths:
            yield parts[0]
            return
        yield from (".".join(parts[: k + 1]) for k in range(len(parts)))

    def _lazy(self, package: str, name: str | None) -> Iterator[str]:
        """A package that imports its names at their first use stands for all of its modules, to whoever imports it or such a name."""
        path = self.paths.get(package)
        if path is None or path.name != "__init__.py":
            return
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defined = {getattr(target, "id", "") for node in tree.body if isinstance(node, ast.Assign) for target in node.targets}
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if "__getattr__" in functions and name not in defined | functions:
            yield from (other for other in self.paths if other.startswith(f"{package}."))
