"""Hostile pickles, put together by hand: none may run, hang or take the memory."""

import io
import pickle
import struct
import time
import zipfile

import pytest

from engine.models.errors import CheckpointError
from engine.transformer.checkpoints.formats import UnsafePickleError, open_source
from engine.transformer.checkpoints.formats.pickle_objects import Inert
from engine.transformer.checkpoints.formats.pickle_reader import read_pickle

MAGIC = 0x1950A86A20F9469CFC6C
HEAD = b"".join(
    pickle.dumps(value, 2)
    for value in (MAGIC, 1001, {"protocol_version": 1001, "little_endian": True})
)


def as_zip(pickled):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
    return stream.getvalue()


def as_legacy(pickled):
    return HEAD + pickled + pickle.dumps([], 2)


def text(value):
    """The opcode for a text."""
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def value(pickled):
    return read_pickle(io.BytesIO(pickled)).value


ATTACKS = {
    "REDUCE": lambda mark: b"\x80\x02cposix\nsystem\n" + text(f"touch {mark}") + b"\x85R.",
    "REDUCE, os": lambda mark: b"\x80\x02cos\nsystem\n" + text(f"touch {mark}") + b"\x85R.",
    "INST": lambda mark: b"(Vtouch " + str(mark).encode() + b"\nios\nsystem\n.",
    "OBJ": lambda mark: b"(cos\nsystem\n" + text(f"touch {mark}") + b"o.",
    "NEWOBJ": lambda mark: b"\x80\x02csubprocess\nPopen\n" + text(f"touch {mark}") + b"\x85\x81.",
    "STACK_GLOBAL": lambda mark: (
        b"\x80\x04" + text("os") + text("system") + b"\x93" + text(f"touch {mark}") + b"\x85R."
    ),
    "eval": lambda mark: (
        b"\x80\x02c__builtin__\neval\n" + text(f"open({str(mark)!r}, 'w')") + b"\x85R."
    ),
    "exec": lambda mark: (
        b"\x80\x02cbuiltins\nexec\n" + text(f"open({str(mark)!r}, 'w')") + b"\x85R."
    ),
    "getattr": lambda mark: b"\x80\x02cbuiltins\ngetattr\ncos\npath\n" + text("join") + b"\x86R.",
    "__import__": lambda mark: b"\x80\x02c__builtin__\n__import__\n" + text("os") + b"\x85R.",
    "through torch": lambda mark: (
        b"\x80\x04"
        + text("torch")
        + text("hub.os.system")
        + b"\x93"
        + text(f"touch {mark}")
        + b"\x85R."
    ),
    "torch.hub": lambda mark: b"\x80\x02ctorch.hub\nload\n" + text("a/b") + b"\x85R.",
    "pickle in a pickle": lambda mark: (
        b"\x80\x02ctorch.storage\n_load_from_bytes\nC\x04\x80\x02N.\x85R."
    ),
    "runstring": lambda mark: b"\x80\x02cnumpy.testing._private.utils\nrunstring\n)R.",
    "module with a dot more": lambda mark: b"\x80\x02cos.torch\nSystem\n)R.",
    "operator": lambda mark: b"\x80\x02coperator\nattrgetter\n" + text("system") + b"\x85R.",
    "unknown class": lambda mark: b"\x80\x02csomebody.code\nModel\n)R.",
}


@pytest.mark.parametrize("form", [as_zip, as_legacy])
@pytest.mark.parametrize("attack", ATTACKS)
def test_code_is_named_and_never_run(attack, form, tmp_path):
    mark, path = tmp_path / "mark", tmp_path / "bad.bin"
    path.write_bytes(form(ATTACKS[attack](mark)))
    with pytest.raises(
        UnsafePickleError, match=r"refers to .*Nothing was run.*safetensors"
    ) as error:
        open_source(path)
    assert str(path) in str(error.value)
    assert not mark.exists()


def test_the_attacks_are_attacks(tmp_path):
    """Python itself would have run them: the tests above are not about broken pickles."""
    mark = tmp_path / "mark"
    for attack in ("REDUCE", "INST", "OBJ", "STACK_GLOBAL", "eval", "exec"):
        pickle.loads(ATTACKS[attack](mark))  # noqa: S301
        assert mark.exists(), attack
        mark.unlink()


def test_an_attack_hidden_deep_in_a_real_structure(tmp_path):
    """Where tensors come first, and the attack is the state of a harmless object."""
    state = b"cposix\nsystem\n" + text("true") + b"\x85R"
    hidden = (
        b"\x80\x02}" + text("args") + b"cargparse\nNamespace\n)\x81}" + text("a") + state + b"sbs."
    )
    (tmp_path / "bad").write_bytes(as_legacy(hidden))
    with pytest.raises(UnsafePickleError, match=r"posix\.system"):
        open_source(tmp_path / "bad")


@pytest.mark.parametrize("protocol", range(6))
def test_plain_values_are_as_pickle_reads_them(protocol):
    plain = {
        "text": "科学空间",
        "numbers": [0, 255, 65536, -1, 2**70, 0.5, True, False, None],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        ("a", 1): {"nested": [[], {}]},
    }
    assert value(pickle.dumps(plain, protocol)) == plain


@pytest.mark.parametrize("protocol", range(2, 6))
def test_other_objects_are_inert(protocol):
    found = value(pickle.dumps([{1}, frozenset([2]), b"b", bytearray(b"c"), range(3)], protocol))
    assert isinstance(found[0], Inert)
    assert isinstance(found[1], Inert)
    assert isinstance(found[4], Inert)


def test_ordered_dictionaries_of_python_2_and_of_3():
    pair = b"]" + text("k") + b"aK\x05a"
    assert value(b"\x80\x02ccollections\nOrderedDict\n](" + pair + b"e\x85R.") == {"k": 5}
    assert value(b"\x80\x02ccollections\nOrderedDict\n)R" + text("k") + b"K\x05s.") == {"k": 5}


def repeated(opcodes, times):
    return b"\x80\x02" + opcodes * times + b"."


def doubling(levels):
    """A list that holds a list twice, which holds a list twice, and so on."""
    lists = b"".join(b"](h%ch%ceq%c0" % (level, level, level + 1) for level in range(levels))
    return b"\x80\x02]q\x000" + lists + b"h%c." % levels


def itself():
    """A list that holds itself, in a dictionary."""
    return b"\x80\x02}" + text("a") + b"]q\x00h\x00ah\x00as."


HOSTILE = {
    "deep lists": b"\x80\x02" + b"(" * 100_000 + b"l" * 100_000 + b".",
    "deep tuples": repeated(b")", 1)[:-1] + b"\x85" * 100_000 + b".",
    "a deep tuple as a key": b"\x80\x02})" + b"\x85" * 100_000 + b"K\x01s.",
    "doubling lists, deep": doubling(60),
    "doubling lists, wide": doubling(30),
    "a list that holds itself": itself(),
    "a text of 4 GB": b"\x80\x02X\xff\xff\xff\xffabc.",
    "bytes of 2 ** 62": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"a.",
    "a number of 2 GB": b"\x80\x02\x8b\xff\xff\xff\x7fa.",
    "a key of many digits": b"\x80\x02}\x8b" + struct.pack("<I", 9000) + b"\x01" * 9000 + b"]s.",
    "a number of many digits": b"I" + b"9" * 100_000 + b"\n.",
    "a list as a key": b"\x80\x02}]K\x01s.",
    "a mark as a value": b"\x80\x02}K\x01(s.",
    "a memo that is not there": b"\x80\x02h\x07.",
    "nothing": b".",
    "no end": b"\x80\x02]",
    "an unknown opcode": b"\x80\x02\xff.",
    "an extension": b"\x80\x02\x82\x01.",
    "a persistent id": b"\x80\x02K\x01Q.",
    "a storage without a class": b"\x80\x02(" + text("storage") + b"K\x01K\x01K\x01K\x01tQ.",
    "a call of a number": b"\x80\x02K\x01)R.",
    "a call with a thousand arguments": (
        b"\x80\x02ccollections\nOrderedDict\n(" + b"K\x01" * 1000 + b"tR."
    ),
    "a tensor without a storage": (
        b"\x80\x02}" + text("a") + b"ctorch._utils\n_rebuild_tensor\n(K\x01K\x00))tRs."
    ),
    "a tensor of too few arguments": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.",
    "items for a number": b"\x80\x02K\x01K\x02K\x03s.",
    "an element for a number": b"\x80\x02K\x01K\x02a.",
    "a key without a value": b"\x80\x02}(K\x01u.",
}


@pytest.mark.parametrize("form", [as_zip, as_legacy])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_structures_are_refused_at_once(name, form, tmp_path):
    (tmp_path / "bad").write_bytes(form(HOSTILE[name]))
    begin = time.monotonic()
    with pytest.raises(CheckpointError):
        open_source(tmp_path / "bad")
    assert time.monotonic() - begin < 10


def test_a_dictionary_made_over_and_over_takes_no_memory():
    """Ten thousand pairs in a list, made into a dictionary 100,000 times: 100 GB in Python."""
    pairs = b"](" + b"]K\x01aK\x02a" * 10_000 + b"e\x85q\x010"
    calls = b"ccollections\nOrderedDict\nq\x000](" + b"h\x00h\x01R" * 100_000 + b"e."
    with pytest.raises(CheckpointError, match="longer than any checkpoint"):
        read_pickle(io.BytesIO(b"\x80\x02" + pairs + calls))


def storage(kind="FloatStorage", key="0", length=4):
    identity = text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu")
    return b"(" + identity + b"J" + struct.pack("<i", length) + b"tQ"


def tensor(shape=b"K\x02K\x02\x86", strides=b"K\x02K\x01\x86", offset=b"K\x00", stored=None):
    made = b"ctorch._utils\n_rebuild_tensor\n(" + (stored or storage())
    return b"\x80\x02}" + text("a") + made + offset + shape + strides + b"tRs."


def write_tensor(path, pickled, numbers=bytes(16)):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/data/0", numbers)
    return path


def test_a_tensor_put_together_by_hand(tmp_path):
    with open_source(write_tensor(tmp_path / "good", tensor())) as source:
        assert source.read("a").tolist() == [[0, 0], [0, 0]]


HUGE = b"\x8a\x0a" + (1 << 70).to_bytes(10, "little")


@pytest.mark.parametrize(
    ("pickled", "reason"),
    [
        (tensor(shape=b"K\x03K\x02\x86"), "reaches out of its storage"),
        (tensor(strides=b"K\x03K\x01\x86"), "reaches out of its storage"),
        (tensor(offset=b"K\x01"), "reaches out of its storage"),
        (tensor(offset=b"J\xff\xff\xff\xff"), "reaches out of its storage"),
        (tensor(offset=b"G" + bytes(8)), "shape of a is damaged"),
        (tensor(shape=b"K\x02\x85"), "shape of a is damaged"),
        (tensor(strides=b"K\x02J\xff\xff\xff\xff\x86"), "shape of a is damaged"),
        (tensor(shape=HUGE + b"K\x02\x86", strides=b"K\x00K\x00\x86"), "larger than the file"),
        (tensor(shape=HUGE + b"K\x00\x86"), "larger than the file"),
        (tensor(stored=storage("SparseStorage")), "torch.SparseStorage are not read here; convert"),
        (tensor(stored=storage(key="../../0")), "lacks the numbers of a"),
        (tensor(stored=storage(length=5)), "not all there"),
        (tensor(stored=b"K\x01"), "lacks the numbers of a"),
    ],
)
def test_a_tensor_that_is_not_in_the_file(pickled, reason, tmp_path):
    path = write_tensor(tmp_path / "bad", pickled)
    with pytest.raises(CheckpointError, match=reason):
        open_source(path)


def test_a_huge_stride_that_is_never_taken(tmp_path):
    one = tensor(shape=b"K\x01K\x02\x86", strides=HUGE + b"K\x01\x86")
    with open_source(write_tensor(tmp_path / "good", one)) as source:
        assert source.read("a").shape == (1, 2)
