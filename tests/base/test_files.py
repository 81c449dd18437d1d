"""Files with customers' data are readable by their owner only, and others are reported."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback_app.base.files import (
    make_private_folder,
    replace_file,
    unsafe_permissions,
    write_private_file,
)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_new_files_and_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_private_folder(folder)
    write_private_file(folder / "one", b"1")
    replace_file(folder / "two", ["2"])
    assert [_mode(one) for one in (folder.parent, folder)] == [0o700, 0o700]
    assert [_mode(folder / name) for name in ("one", "two")] == [0o600, 0o600]


def test_a_readable_file_is_private_before_it_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    path.chmod(0o644)
    write_private_file(path, b"new")
    assert (_mode(path), path.read_text()) == (0o600, "new")


def test_a_warning_names_path_mode_and_the_command_that_corrects_it(tmp_path: Path) -> None:
    folder, file, shared = (tmp_path / name for name in ("folder", "file", "shared"))
    folder.mkdir()
    folder.chmod(0o750)
    file.write_text("")
    file.chmod(0o644)
    shared.mkdir()
    shared.chmod(0o1777)
    paths = [folder, file, shared, tmp_path / "missing"]
    assert list(unsafe_permissions(paths)) == [
        f"{folder} has mode 0750, so other accounts on this machine can use it; "
        f"run: chmod 700 {folder}",
        f"{file} has mode 0644, so other accounts on this machine can use it; "
        f"run: chmod 600 {file}",
    ]
    file.chmod(0o600)
    folder.chmod(0o700)
    assert list(unsafe_permissions(paths)) == []
