"""The cell against the paper's equations in NumPy, forward and backward, in each library."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import keras
import numpy as np
import pytest

from engine.onlstm.cell import cumax, gates, master_input_gate, next_cell
from tests.libraries import Library
from tests.unit.engine.onlstm import reference

SHAPES = ((6, 1), (6, 2), (8, 4), (5, 5), (48, 3))
KINDS = [*product(("onlstm",), ("complement", "reverse"), SHAPES), ("lstm", "complement", (6, 2))]


def random_layer(size: int, chunk: int, cell: str) -> tuple[np.ndarray, list[np.ndarray]]:
    """x [T, B, in], and kernel, recurrent kernel and bias, in float64."""
    random = np.random.default_rng(size * chunk)
    columns = 4 * size + (2 * (size // chunk) if cell == "onlstm" else 0)
    x = random.normal(size=(7, 3, 4))
    return x, [random.normal(size=shape) for shape in ((4, columns), (size, columns), (columns,))]


def step(x: Any, h: Any, c: Any, weights: list[Any], cell: str, form: str) -> tuple[Any, Any]:
    """h' and c' [B, H] from x [B, in], h and c."""
    kernel, recurrent, bias = weights
    z = keras.ops.matmul(x, kernel) + keras.ops.matmul(h, recurrent) + bias
    found = gates(z, c.shape[-1], cell, form)
    c = next_cell(found, c)
    return found.output * keras.ops.tanh(c), c


@pytest.mark.parametrize(("cell", "form", "shape"), KINDS)
def test_the_cell_is_the_equations_in_numpy(cell: str, form: str, shape: tuple[int, int]) -> None:
    size, chunk = shape
    x, weights = random_layer(size, chunk, cell)
    h = c = keras.ops.zeros((3, size))
    found = []
    for now in x.astype("float32"):
        h, c = step(now, h, c, [w.astype("float32") for w in weights], cell, form)
        found.append(keras.ops.convert_to_numpy(h))
    wanted = reference.layer(x, *weights, chunk=chunk, form=form, cell=cell)
    assert np.abs(np.stack(found) - np.stack([s.hidden for s in wanted])).max() < 1e-5
    assert np.abs(keras.ops.convert_to_numpy(c) - wanted[-1].cell).max() < 1e-5


def test_shens_last_level_takes_nothing_in_and_sus_first_everything() -> None:
    z = np.random.default_rng(0).normal(size=(4, 9)).astype("float32")
    shen, su = (
        keras.ops.convert_to_numpy(master_input_gate(z, form)) for form in ("complement", "reverse")
    )
    assert np.allclose(shen[:, -1], 0, atol=1e-6)
    assert np.allclose(su[:, 0], 1, atol=1e-6)
    # They are one gate, a level apart.
    assert np.allclose(shen[:, :-1], su[:, 1:], atol=1e-6)


def test_cumax_rises_to_one() -> None:
    z = 3 * np.random.default_rng(1).normal(size=(5, 8)).astype("float32")
    found = keras.ops.convert_to_numpy(cumax(z))
    assert (np.diff(found, axis=-1) >= 0).all()
    assert np.allclose(found[:, -1], 1, atol=1e-6)


PROGRAM = """
import json, sys
import keras, numpy as np
from keras import ops
from tests.unit.engine.onlstm.test_cell import random_layer, step
from training.onlstm.recurrence import LayerKind, recurrence

class Sum(keras.Model):
    \"\"\"Its loss is the sum of a layer's output times y: steps of rate 1 show the gradient.\"\"\"
    def __init__(self, kind, weights, layer):
        super().__init__()
        self.kind, self.layer = kind, layer
        self.values = [self.add_weight(shape=w.shape, name=f"w{i}") for i, w in enumerate(weights)]
        for variable, value in zip(self.values, weights):
            variable.assign(value)
        self.built = True
    def call(self, x):
        kernel, recurrent, bias = (ops.copy(v) for v in self.values)
        x = ops.reshape(x, (7, 3, 4))
        if self.layer == "recurrence":
            zeros = ops.zeros((3, self.kind.size))
            keep = ops.ones((7, 3, 1))
            projected = ops.matmul(x, kernel) + bias
            return recurrence(self.kind, projected, recurrent, keep, zeros, zeros)[0]
        h = c = ops.zeros((3, self.kind.size))
        found = []
        for t in range(7):
            h, c = step(x[t], h, c, [kernel, recurrent, bias], self.kind.cell,
                        self.kind.master_input)
            found.append(h)
        return ops.stack(found)
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.sum(y_pred * ops.reshape(y, (7, 3, self.kind.size)))

found = []
for cell, form, (size, chunk) in json.loads(sys.argv[1]):
    x, weights = random_layer(size, chunk, cell)
    y = np.random.default_rng(9).normal(size=(7, 3, size))
    kind = LayerKind(size, size // chunk, cell, form, "float32")
    for layer in ("cell", "recurrence"):
        model = Sum(kind, weights, layer)
        model.compile(optimizer=keras.optimizers.SGD(1.0))
        model.train_on_batch(x.astype("float32"), y.astype("float32"))
        after = [ops.convert_to_numpy(v) for v in model.values]
        found.append([(w - a).tolist() for w, a in zip(weights, after)])
print(json.dumps(found))
"""
GRADIENTS: list[tuple[str, str, tuple[int, int]]] = [
    ("onlstm", "complement", (6, 2)),
    ("onlstm", "reverse", (6, 3)),
    ("lstm", "complement", (4, 2)),
]


def differences(
    cell: str, form: str, size: int, chunk: int
) -> Iterator[tuple[int, tuple[int, ...], float]]:
    """Some entries of the weights and the slope there, of NumPy's own equations in float64."""
    x, weights = random_layer(size, chunk, cell)
    y = np.random.default_rng(9).normal(size=(7, 3, size))

    def total(arrays: list[np.ndarray]) -> float:
        steps = reference.layer(x, *arrays, chunk=chunk, form=form, cell=cell)
        return float(sum((s.hidden * y[t]).sum() for t, s in enumerate(steps)))

    random = np.random.default_rng(3)
    for i, array in enumerate(weights):
        for _ in range(20):
            place = tuple(int(random.integers(n)) for n in array.shape)
            values = []
            for change in (1e-5, -1e-5):
                moved = [w.copy() for w in weights]
                moved[i][place] += change
                values.append(total(moved))
            yield i, place, (values[0] - values[1]) / 2e-5


def test_gradients_are_finite_differences_in_each_library(library: Library) -> None:
    """Autodiff of the cell, and the gradient that training writes out."""
    found = library.result(PROGRAM, json.dumps(GRADIENTS))
    for number, (cell, form, (size, chunk)) in enumerate(GRADIENTS):
        for i, place, slope in differences(cell, form, size, chunk):
            for gradients in found[2 * number : 2 * number + 2]:
                assert np.array(gradients[i])[place] == pytest.approx(slope, abs=2e-4, rel=2e-4)
