"""Options and environment of app.py."""

from pathlib import Path

import pytest

from app.settings import Settings, parse


def test_the_port_is_7860_on_this_machine_only() -> None:
    assert parse([], {}) == Settings(host="127.0.0.1", port=7860)


def test_the_environment_of_gradio_is_respected_and_an_option_wins() -> None:
    environment = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "8000"}
    assert parse([], environment) == Settings(host="0.0.0.0", port=8000)
    assert parse(["--host", "::1", "--port", "9000"], environment).host == "::1"
    assert parse(["--port", "9000"], environment).port == 9000


def test_models_to_preload(tmp_path: Path) -> None:
    assert parse([], {}).preload is None
    assert parse(["--preload", "none"], {}).preload == ()
    assert parse(["--preload", "xiangqi"], {}).preload == ("xiangqi",)
    assert parse(["--models", str(tmp_path)], {}).models == tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "0"],
        ["--port", "70000"],
        ["--port", "x"],
        ["--preload", "chess"],
        ["--models", "/no/such/folder"],
    ],
)
def test_a_bad_option_is_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(arguments, {})
    assert exit_.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_bad_port_in_the_environment_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([], {"GRADIO_SERVER_PORT": "http"})
    assert "not a port: 'http'" in capsys.readouterr().err
