"""What this machine has, without importing a library that computes."""

import math
import os
from pathlib import Path
from typing import Final

_CGROUP_CPU: Final = Path("/sys/fs/cgroup/cpu.max")
_GPU_DEVICES: Final = ("nvidia[0-9]*", "kfd", "dxg")
"""Device files of NVIDIA's driver, AMD's, and Windows's under Linux."""


def available_cores(quota: Path = _CGROUP_CPU) -> int:
    """Cores that this process may use: its affinity, or its container's quota if that is less.

    A container of two cores on a large host sees every core of the host, and a library that
    starts a thread on each of them is several times slower than one with two threads.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        limit, period = quota.read_text().split()
        allowed = math.ceil(int(limit) / int(period))
    except (OSError, ValueError):  # no such file, or "max": no quota
        return cores or 1
    return max(1, min(cores or 1, allowed))


def may_have_gpu(devices: Path = Path("/dev")) -> bool:
    """Whether asking TensorFlow, JAX or PyTorch for a GPU could be answered with yes.

    Importing one of them to ask takes seconds and hundreds of megabytes.
    """
    return any(next(devices.glob(pattern), None) is not None for pattern in _GPU_DEVICES)
