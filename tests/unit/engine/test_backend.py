"""Each library that can compute gives the same numbers through the same few functions.

KERAS_BACKEND is read when Keras is first imported, so each library runs in a process of its own.
"""

import numpy as np

from engine import backend
from tests.libraries import Library

PROGRAM = """
import json, keras, numpy as np
from keras import ops
from engine import backend

device, dtype = backend.device(), backend.compute_dtype()
dense = keras.layers.Dense(3, kernel_initializer="ones")
dense.build((None, 4))
calls = []

def step(x, past):
    calls.append(1)  # runs when traced, or each time where nothing is compiled
    return dense(x) + past[0], ops.shape(x)[0]

compiled = backend.compile_step(step)
x = ops.convert_to_tensor(np.arange(8, dtype="float32").reshape(2, 4))
past = (ops.ones((1, 3)),)
for _ in range(5):
    y, batch = compiled(x, past)
result = backend.to_numpy(y)
print(json.dumps({
    "backend": backend.backend(), "kind": device.kind, "name": str(device), "dtype": dtype,
    "values": result.tolist(), "type": type(result).__name__, "calls": len(calls),
    "batch": int(batch),
}))
"""


def test_a_step_computes_the_same_with_each_library(library: Library) -> None:
    got = library.result(PROGRAM)
    assert got["backend"] == library.name
    assert got["kind"] in ("cpu", "gpu")
    assert got["name"]
    assert got["dtype"] == "float32" or got["kind"] == "gpu"
    assert got["type"] == "ndarray"
    assert got["values"] == [[7.0] * 3, [23.0] * 3]
    assert got["batch"] == 2
    assert got["calls"] == (5 if library.name == "torch" else 1)


def test_the_first_device_found_is_kept() -> None:
    assert backend.device() is backend.device()
    assert isinstance(backend.to_numpy(np.ones(2)), np.ndarray)


ROWS_PROGRAM = """
import json, numpy as np
from keras import ops
from engine import backend

def step(read, factor):
    a, b = read
    return (factor * ops.ones_like(a), -b), ops.sum(a)

table, other = np.arange(8, dtype="float32").reshape(4, 2), np.ones((3, 2), "float32")
tables = backend.row_tables((table, other))
update = backend.compile_row_updates(step)
places = (np.array([[1, 3], [1, 1]], "int32"), np.array([2], "int32"))
sums = []
for _ in range(2):
    tables, result = update(tables, places, np.float32(10))
    sums.append(float(result))
arrays = [backend.to_numpy(ops.convert_to_tensor(t)).tolist() for t in tables]
print(json.dumps({"arrays": arrays, "sums": sums, "given": table.tolist()}))
"""


def test_rows_are_added_to_as_often_as_they_occur_and_no_others_touched(library: Library) -> None:
    got = library.result(ROWS_PROGRAM)
    first, second = got["arrays"]
    assert first == [[0, 1], [62, 63], [4, 5], [26, 27]]
    assert second == [[1, 1], [1, 1], [0, 0]]
    assert got["sums"] == [3 * 5 + 13, 3 * 65 + 33]
    assert got["given"] == [[0, 1], [2, 3], [4, 5], [6, 7]]  # a copy was made
