"""How fast this machine reads memory: the limit of decoding, which reads every weight once."""

import os
import threading
import time

# One BLAS thread for each thread of ours; read when NumPy loads it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

ROWS, COLUMNS = 16_384, 4_096
"""256 MB of float32 for each thread, far beyond any cache."""


def read_bandwidth(threads: int, seconds: float = 1.0) -> float:
    """Bytes a second that so many threads read in matrix-vector products, at best."""
    matrices = [np.ones((ROWS, COLUMNS), np.float32) for _ in range(threads)]
    vector = np.ones(COLUMNS, np.float32)
    times: list[float] = []
    while sum(times) < seconds:
        workers = [threading.Thread(target=matrix.dot, args=(vector,)) for matrix in matrices]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        times.append(time.perf_counter() - began)
    return sum(matrix.nbytes for matrix in matrices) / min(times)
