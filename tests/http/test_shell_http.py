"""What anybody can send to the running application without its page, and what it gives away."""

import json
from pathlib import Path

import httpx
import pytest

from app.web.limits import MAX_REQUEST_BYTES
from engine.models.catalogue import ROOT
from tests.conftest import Server


@pytest.fixture
def client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60, trust_env=False)


def test_the_page_is_there_with_its_policy(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "字里行间" in answer.text


def test_the_configuration_names_no_file_of_this_machine(client: httpx.Client) -> None:
    config = client.get("/config").text
    assert str(ROOT) not in config
    assert str(Path.home()) not in config
    assert json.loads(config)["analytics_enabled"] is False


@pytest.mark.parametrize("prefix", ["/gradio_api/file=", "/gradio_api/file/", "/file="])
@pytest.mark.parametrize(
    "path",
    [
        str(ROOT / "app.py"),
        str(ROOT / "requirements.txt"),
        str(ROOT / "app" / "web" / "texts.json"),
        "/etc/passwd",
        "/proc/self/environ",
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "....//....//....//etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/tmp/gradio/../../etc/passwd",
        "file:///etc/passwd",
    ],
)
def test_no_file_of_this_machine_can_be_read(client: httpx.Client, prefix: str, path: str) -> None:
    answer = client.get(prefix + path)
    assert answer.status_code in (400, 403, 404), answer.text[:200]
    assert "root:" not in answer.text


@pytest.mark.parametrize("folder", ["/static/", "/assets/", "/svelte/", "/theme.css/"])
def test_the_static_folders_do_not_lead_out(client: httpx.Client, folder: str) -> None:
    for path in ("../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd"):
        assert client.get(folder + path).status_code in (400, 403, 404)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data", "https://example.com/x"],
)
def test_the_server_fetches_nothing_for_a_stranger(client: httpx.Client, url: str) -> None:
    assert client.get(f"/gradio_api/proxy={url}").status_code in (400, 403, 404)
    answer = client.get(f"/gradio_api/file={url}")
    assert answer.status_code in (400, 403, 404)
    assert "location" not in answer.headers


def test_a_file_that_only_claims_to_be_uploaded_is_refused(client: httpx.Client) -> None:
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    dependencies = client.get("/config").json()["dependencies"]
    assert dependencies
    for dependency in dependencies:
        data = [file] * len(dependency["inputs"])
        body = {"data": data, "fn_index": dependency["id"], "session_hash": "stranger"}
        answer = client.post("/gradio_api/run/predict", json=body)
        assert "root:" not in answer.text


def test_a_request_too_large_is_refused_in_the_visitors_language(client: httpx.Client) -> None:
    body = b"x" * (MAX_REQUEST_BYTES + 1)
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/run/predict"):
        answer = client.post(path, content=body, headers={"accept-language": "zh-CN"})
        assert answer.status_code == 413
        assert answer.json()["detail"].startswith("请求太大")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"data": null}',
        b'{"data": [], "fn_index": -1, "session_hash": "s"}',
        b'{"data": [], "fn_index": 1000000, "session_hash": "s"}',
        b'{"data": [], "fn_index": "x", "session_hash": {}}',
    ],
)
def test_a_request_that_makes_no_sense_gets_an_answer_without_a_trace(
    client: httpx.Client, server: Server, body: bytes
) -> None:
    answer = client.post(
        "/gradio_api/queue/join", content=body, headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status_code < 600
    assert "Traceback" not in answer.text
    assert str(ROOT) not in answer.text
    # On a connection of its own: the server closes the one on which it failed.
    assert httpx.get(server.url, trust_env=False).status_code == 200


def test_the_shell_offers_no_endpoint_of_its_own(client: httpx.Client) -> None:
    endpoints = client.get("/gradio_api/info").json()["named_endpoints"]
    assert not [name for name in endpoints if "refresh" in name or "status" in name]


def test_the_developers_pages_are_closed(client: httpx.Client) -> None:
    for path in ("/monitoring", "/monitoring/summary", "/gradio_api/runs", "/gradio_api/vibe-code"):
        assert client.get(path).status_code in (403, 404), path
