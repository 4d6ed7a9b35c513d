"""Damaged files: a CheckpointError or tensors, never another exception, a crash or a hang."""

import random

import pytest

from engine.models.errors import CheckpointError
from tests.unit.engine.transformer.formats.samples import (
    contents,
    same,
    torch_file,
    write_bundle,
    write_hdf5,
    write_safetensors,
    write_v1,
)


def write_index(folder):
    prefix = write_bundle(folder)
    return prefix.with_name(prefix.name + ".index")


WRITERS = {
    "safetensors": write_safetensors,
    "torch zip": lambda folder: torch_file("training_state.zip", folder),
    "torch legacy": lambda folder: torch_file("training_state.legacy", folder),
    "tensorflow index": write_index,
    "tensorflow v1": write_v1,
    "hdf5": write_hdf5,
}
FLIPS = {"hdf5": 12, "tensorflow v1": 200}
"""HDF5 files are opened in another process, which takes a quarter of a second."""


@pytest.fixture(params=WRITERS)
def damaged(request, tmp_path):
    """A format's name, a file's path, its right bytes and tensors."""
    path = WRITERS[request.param](tmp_path)
    return request.param, path, path.read_bytes(), contents(path)


def test_a_file_cut_short(damaged):
    _, path, whole, _ = damaged
    cuts = {2**power for power in range(20) if 2**power < len(whole)} | {0, len(whole) - 1}
    for cut in sorted(cuts):
        path.write_bytes(whole[:cut])
        with pytest.raises(CheckpointError):
            contents(path)


def test_bytes_changed_at_random(damaged):
    form, path, whole, expected = damaged
    rng = random.Random(form)
    refused = 0
    for _ in range(FLIPS.get(form, 600)):
        changed = bytearray(whole)
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        path.write_bytes(changed)
        try:
            found = contents(path)
        except CheckpointError:
            refused += 1
            continue
        # TensorFlow's tables have checksums; the numbers of the others have none.
        if form.startswith("tensorflow"):
            assert same(found, expected)
    assert refused
