"""How much memory there is, and how large things are."""

import os
from pathlib import Path
from typing import Final

_CGROUP_MEMORY: Final = Path("/sys/fs/cgroup/memory.max")


def available(limit: Path = _CGROUP_MEMORY) -> int:
    """Bytes that this process may use: the machine's memory, or its container's if less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(total, int(limit.read_text()))
    except (OSError, ValueError):  # no such file, or "max": no limit
        return total


def folder_bytes(folder: Path) -> int:
    """Bytes of the files in a folder and those below it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def readable(size: int) -> str:
    """A size for people: "11.2 MiB"."""
    amount, unit = float(size), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
