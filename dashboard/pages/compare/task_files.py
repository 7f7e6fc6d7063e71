"""Files of a transfer task: a person's own, kept as copies under a name made of their content, or files that the owner of this
installation opened, kept by where they are. Knows nothing of the web framework."""

from collections.abc import Mapping, Sequence

from otcore.base.errors import InputError
from otcore.corpora.uploads import Given, Store, plain_name
from otcore.evaluation.transfer.sources import ROLES, Sources
from otcore.evaluation.transfer.tasks import TASKS

TASK_FILES = Store("tasks", "files of transfer tasks", largest=150 * 2**20)


def keep_files(task: str, files: Mapping[str, Sequence[Given]]) -> str:
    """Stores the files of a task; the same ones get the same id. What is in them is read when the task is run.

    files : role → files; those of "tests" tell their language by their names ("xquad.de.json")
    raises: InputError   one that is needed is missing, one is too large, a name without a language, a language twice
    """
    given = {role: list(files.get(role, ())) for role in TASKS[task].roles}
    for role, some in given.items():
        if not some and not ROLES[role].optional:
            raise InputError(f"{ROLES[role].label} {'are' if ROLES[role].plural else 'is'} missing; choose a file.")
    names = {role: [plain_name(name) for name, _ in some] for role, some in given.items()}
    Sources.of(names)
    return TASK_FILES.keep([file for some in given.values() for file in some], {"task": task, "names": names})


def is_kept(id: str, task: str) -> bool:
    """Whether files are stored under that id, for that task."""
    try:
        return TASK_FILES.kept(id).about["task"] == task
    except InputError:
        return False


def kept_sources(id: str) -> Sources:
    """The stored files as a task takes them.

    raises: InputError   there are none of that id (any more), or a name tells no language
    """
    kept = TASK_FILES.kept(id)
    paths = map(str, kept.paths)
    return Sources.of({role: [next(paths) for _ in names] for role, names in kept.about["names"].items()})


def kept_names(id: str) -> dict[str, list[str]]:
    """Role → names of the stored files, for people."""
    return {role: names for role, names in TASK_FILES.kept(id).about["names"].items() if names}
