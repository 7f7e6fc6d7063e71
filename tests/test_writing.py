"""Writing: whole or not at all, through what is no file, with mode, owner and links kept, and nothing left behind by the killed."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from otcore.base import leftovers
from otcore.base.errors import InputError
from otcore.base.leftovers import is_temporary, sweep, temporary
from otcore.text.writing import replacing, write_bytes, write_new

ROOT = Path(__file__).parent.parent
KILLED = """
import sys, time
from pathlib import Path
from otcore.base.leftovers import temporary
with temporary(Path(sys.argv[1]), folder=sys.argv[2] == "folder") as made:
    (made / "x" if made.is_dir() else made).write_bytes(b"half")
    print("made", flush=True)
    time.sleep(600)
"""


def test_a_pipe_gets_the_content_and_stays_a_pipe(tmp_path):
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_bytes(pipe, b"links" * 50_000)
    reader.join(20)
    assert got == [b"links" * 50_000]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
@pytest.mark.parametrize(("minor", "full"), [(3, False), (7, True)], ids=["null", "full"])
def test_a_device_stays_a_device(tmp_path, minor, full):
    """Nodes of the test's own: the kernel's null and full devices under other names."""
    node = tmp_path / "node"
    try:
        os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        os.close(os.open(node, os.O_WRONLY))
    except PermissionError:
        pytest.skip("no devices here")
    if full:
        with pytest.raises(InputError, match="No space left"):
            write_bytes(node, b"x")
    else:
        write_bytes(node, b"x")
    assert stat.S_ISCHR(node.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [node]


def test_a_link_goes_on_pointing_to_what_is_written(tmp_path):
    (tmp_path / "far").mkdir()
    target, link, loose = tmp_path / "far" / "target", tmp_path / "link", tmp_path / "loose"
    target.write_text("old")
    link.symlink_to(target)
    loose.symlink_to(tmp_path / "far" / "new")
    write_bytes(link, b"new")
    write_bytes(loose, b"made")
    assert link.is_symlink()
    assert loose.is_symlink()
    assert (target.read_text(), (tmp_path / "far" / "new").read_text()) == ("new", "made")
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    with pytest.raises(InputError, match="cannot be written"):
        write_bytes(ring, b"x")


def test_mode_and_owner_stay(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 1234)
    before = path.stat()
    write_bytes(path, b"new")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    with replacing(path) as file:
        assert stat.S_IMODE(file.stat().st_mode) == 0o640, "nobody reads meanwhile what they may not"
        file.write_bytes(b"newer")
    assert path.read_bytes() == b"newer"


def test_an_open_descriptor_is_written_behind_what_it_has(tmp_path):
    code = "import sys; from otcore.text.writing import write_bytes; sys.stdout.write('a\\n'); sys.stdout.flush(); "
    code += "write_bytes('/dev/stdout', b'b\\n'); write_bytes('/dev/fd/1', b'c\\n'); print('d')"
    with open(tmp_path / "out", "wb") as out:
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "a\nb\nc\nd\n"
    piped = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert piped.stdout == b"a\nb\nc\nd\n"
    through = f"{sys.executable} -c \"from otcore.text.writing import write_bytes; import sys; write_bytes(sys.argv[1], b'x')\" >(cat)"
    assert subprocess.run(["bash", "-c", f"{through}; wait $!; sleep 0"], cwd=ROOT, capture_output=True, check=True).stdout == b"x"


@pytest.mark.parametrize("name", ["", ".", "no/such/folder/file", "a" * 300, "nul\0nul", "file/below"])
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path, name):
    (tmp_path / "file").write_text("old")
    with pytest.raises(InputError, match="cannot be written") as caught:
        write_bytes(f"{tmp_path}/{name}", b"x")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_name_as_long_as_the_system_takes_is_written(tmp_path):
    write_bytes(tmp_path / ("ü" * 127), b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["ü" * 127]


def test_of_two_that_make_a_file_one_is_told(tmp_path):
    write_new(tmp_path / "new", b"first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "new", b"second")
    assert (tmp_path / "new").read_bytes() == b"first"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_writer_left_goes_at_once_and_what_a_living_one_has_stays(tmp_path, kind):
    maker = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path / "state.json"), kind], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert maker.stdout.readline() == b"made\n"
        sweep(tmp_path)
        left = list(tmp_path.iterdir())
        assert len(left) == 1
        assert is_temporary(left[0].name)
    finally:
        maker.send_signal(signal.SIGKILL)
        maker.wait()
    with temporary(tmp_path / "state.json", folder=kind == "folder") as own:
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [own]
    assert list(tmp_path.iterdir()) == []


def test_without_locks_age_tells(tmp_path, monkeypatch):
    monkeypatch.setattr(leftovers, "fcntl", None)
    new, old = tmp_path / ".a.00000000.otcore-tmp", tmp_path / ".b.00000000.otcore-tmp"
    for path in (new, old):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 200_000,) * 2)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [new]


def test_other_peoples_files_are_never_swept(tmp_path):
    others = {".state.json.0123abcd.tmp", ".x.otcore-tmp", "x.0123abcd.otcore-tmp", ".~lock.file#"}
    for name in others:
        (tmp_path / name).write_text("")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == others
