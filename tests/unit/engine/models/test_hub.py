import json
import threading

import pytest
from huggingface_hub import constants

from engine.models import hub
from engine.models.errors import CheckpointError
from engine.transformer.checkpoints import bundled, huggingface, open_weights
from tests.unit.engine.models.fake_hub import COMMIT, FakeHub
from tests.unit.engine.transformer.checkpoints import published

NAME = "somebody/tiny-gpt2"
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


@pytest.fixture
def files(tmp_path):
    config = published.tiny_config("gpt2")
    weights = published.tiny_weights(config)
    folder = published.write_safetensors(
        tmp_path / "made", published.publish(huggingface.GPT2, weights)
    )
    return {
        "config.json": json.dumps(published.SETTINGS).encode(),
        "model.safetensors": (folder / "model.safetensors").read_bytes(),
        "vocab.txt": b"[PAD]\n",
        "README.md": b"# Tiny",
        "training_args.bin": b"\x80\x04" + bytes(2000),
        "pytorch_model.bin": b"PK" + bytes(2000),
        "onnx/model.safetensors": bytes(2000),
    }


@pytest.fixture
def server(files, tmp_path, monkeypatch):
    server = FakeHub(NAME, files)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()


def test_a_repository_opens_by_its_name(server, files):
    opened = open_weights(NAME)
    assert opened.config == published.tiny_config("gpt2")
    published.assert_equal(opened, published.tiny_weights(opened.config))
    assert (opened.folder / "vocab.txt").read_bytes() == files["vocab.txt"]


def test_only_the_files_of_one_checkpoint_are_fetched(server):
    hub.download(hub.Repository(NAME))
    assert sorted(name for name, _ in server.fetched()) == [
        "config.json",
        "model.safetensors",
        "vocab.txt",
    ]


def test_what_is_there_is_not_fetched_again(server):
    folder = hub.download(hub.Repository(NAME))
    before = len(server.fetched())
    assert hub.download(hub.Repository(NAME)) == folder
    assert len(server.fetched()) == before


@pytest.mark.parametrize("revision", ["v1", COMMIT, "main"])
def test_a_revision_can_be_pinned(server, revision):
    assert open_weights(f"{NAME}@{revision}").folder.name == COMMIT


def test_an_unknown_revision_is_named(server):
    with pytest.raises(CheckpointError, match=rf"{NAME}@v2 cannot be fetched"):
        open_weights(f"{NAME}@v2")


def test_progress_counts_all_bytes_of_all_files(server, files):
    told = []
    hub.download(hub.Repository(NAME), progress=lambda *bytes: told.append(bytes))
    total = sum(len(files[name]) for name in ("config.json", "model.safetensors", "vocab.txt"))
    assert told == sorted(told)
    assert told[-1] == (total, total)
    assert {all for _, all in told} == {total}


def test_a_broken_download_goes_on_where_it_stopped(server, files, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    server.cut.add("model.safetensors")
    try:
        hub.download(hub.Repository(NAME))
    except CheckpointError:
        hub.download(hub.Repository(NAME))
    starts = [start for name, start in server.fetched() if name == "model.safetensors"]
    half = len(files["model.safetensors"]) // 2
    assert starts[0] == 0
    assert half - 1000 < starts[1] <= half
    assert open_weights(NAME).config.family == "gpt2"


def test_a_damaged_download_is_not_kept(server):
    server.damaged.add("model.safetensors")
    with pytest.raises(CheckpointError, match=r"model\.safetensors arrived damaged \(SHA-256"):
        open_weights(NAME)
    server.damaged.clear()
    assert open_weights(NAME).config.family == "gpt2"


def test_offline_what_was_fetched_before_is_used(server, monkeypatch):
    folder = hub.download(hub.Repository(NAME))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert hub.download(hub.Repository(NAME)) == folder
    assert open_weights(f"{NAME}@main").config.family == "gpt2"


@pytest.mark.parametrize("offline", [True, False])
def test_without_a_network_the_message_says_what_to_do(server, monkeypatch, offline):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(CheckpointError) as caught:
        open_weights(NAME)
    message = str(caught.value)
    assert message.startswith(f"{NAME} cannot be fetched from the Hugging Face hub (")
    for wanted in ("config.json", "vocab.txt", "model.safetensors", "pytorch_model.bin", "folder"):
        assert wanted in message


def test_a_repository_that_is_not_there_is_named(server):
    with pytest.raises(CheckpointError, match=r"^nobody/nothing cannot be fetched"):
        open_weights("nobody/nothing")


def test_a_gated_repository_says_how_to_get_in(server):
    server.gated = True
    with pytest.raises(CheckpointError, match=r"licence to be accepted.*HF_TOKEN"):
        open_weights(NAME)


def test_a_repository_without_weights_says_what_was_looked_for(server, files):
    del files["model.safetensors"], files["pytorch_model.bin"]
    with pytest.raises(CheckpointError, match=r"has no weights.*looked for model\.safetensors"):
        open_weights(NAME)


def test_our_own_format_lies_on_the_hub_too(server, files, tmp_path):
    from engine.transformer.checkpoints.convert import convert

    (tmp_path / "made" / "config.json").write_bytes(files["config.json"])
    target = convert(tmp_path / "made", tmp_path / "ours", "int8", shard_bytes=4000)
    files.clear()
    files |= {path.name: path.read_bytes() for path in target.iterdir()}
    assert len(files) > 2
    opened = open_weights(NAME)
    assert isinstance(opened.weights, bundled.BundledWeights)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (
            ["pytorch_model.bin", "model.safetensors", "model.safetensors.index.json"],
            ["model.safetensors"],
        ),
        (
            [*SHARDS, "a.onnx", "model.safetensors.index.json", "adapter_model.safetensors"],
            [*SHARDS, "model.safetensors.index.json"],
        ),
        (["pytorch_model.bin", "training_args.bin", "optimizer.bin"], ["pytorch_model.bin"]),
        (
            ["model.ckpt-100000.index", "model.ckpt-100000.data-00000-of-00001", "vocab.txt"],
            ["vocab.txt", "model.ckpt-100000.data-00000-of-00001", "model.ckpt-100000.index"],
        ),
        (
            ["80000/mp_rank_00_model_states.pt", "80000/mp_rank_01_model_states.pt", "x.py"],
            ["80000/mp_rank_00_model_states.pt", "80000/mp_rank_01_model_states.pt"],
        ),
    ],
)
def test_one_format_is_chosen(names, chosen):
    assert hub.choose(names, hub.Repository(NAME)) == chosen


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        ("thu-coai/CDial-GPT_LCCC-base", hub.Repository("thu-coai/CDial-GPT_LCCC-base")),
        ("a/b@v1.0", hub.Repository("a/b", "v1.0")),
        ("a/b@refs/pr/1", hub.Repository("a/b", "refs/pr/1")),
        ("a/b/c", None),
        ("/a/b", None),
        ("../b", None),
        ("a/b@", None),
        ("模型/b", None),
        ("", None),
    ],
)
def test_names_of_repositories(text, repository):
    assert hub.Repository.parse(text) == repository
