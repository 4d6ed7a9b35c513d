"""Sizes of memory and of folders."""

from pathlib import Path

import pytest

from engine.models import memory


def test_a_containers_limit_counts_if_it_is_less(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    machine = memory.available(limit)
    assert machine > 0
    limit.write_text(f"{machine // 2}\n")
    assert memory.available(limit) == machine // 2
    limit.write_text(f"{machine * 2}\n")
    assert memory.available(limit) == machine
    limit.write_text("max\n")
    assert memory.available(limit) == machine


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a").write_bytes(b"x" * 10)
    (tmp_path / "below" / "b").write_bytes(b"x" * 5)
    assert memory.folder_bytes(tmp_path) == 15


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (11_744_051, "11.2 MiB"),
        (2**41, "2048.0 GiB"),
    ],
)
def test_sizes_for_people(size: int, words: str) -> None:
    assert memory.readable(size) == words
