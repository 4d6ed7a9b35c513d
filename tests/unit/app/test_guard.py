"""The middleware before gradio, around a small application of its own."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.security import CONTENT_SECURITY_POLICY, Guard

PAGE = "<!doctype html><html><head><title>页</title></head></html>"
SCRIPT = 'Object.defineProperty(navigator,"language"'


async def page(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def size(request: Request) -> Response:
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return PlainTextResponse("gone", status_code=499)


@pytest.fixture
def client() -> Iterator[TestClient]:
    routes = [Route("/", page), Route("/other", page), Route("/size", size, methods=["POST"])]
    with TestClient(Guard(Starlette(routes=routes), maximum=2048)) as test_client:
        yield test_client


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for path in ("/", "/other", "/nothing"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_policy_names_no_host_but_our_own() -> None:
    for directive in CONTENT_SECURITY_POLICY.split("; "):
        _, *sources = directive.split(" ")
        assert set(sources) <= {
            "'self'",
            "'none'",
            "'unsafe-inline'",
            "'unsafe-eval'",
            "data:",
            "blob:",
        }


def test_a_body_may_be_as_large_as_the_maximum(client: TestClient) -> None:
    assert client.post("/size", content=b"x" * 2048).text == "2048"
    answer = client.post("/size", content=b"x" * 2049, headers={"accept-language": "zh"})
    assert answer.status_code == 413
    assert answer.json() == {"detail": "请求太大：最多 2 KiB。"}


def test_a_body_without_a_length_is_cut_off(client: TestClient) -> None:
    pieces = (b"x" * 1000 for _ in range(10))
    assert client.post("/size", content=pieces).status_code == 499


@pytest.mark.parametrize("tag", ["zh", "zh-HK", "zh-Hans-CN", "zh-SG"])
def test_chinese_that_the_frontend_does_not_know_is_made_known(
    client: TestClient, tag: str
) -> None:
    answer = client.get("/", headers={"accept-language": tag})
    assert answer.text.startswith("<!doctype html><html><head><script>" + SCRIPT)
    assert answer.text.endswith("<title>页</title></head></html>")
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("tag", ["zh-CN", "zh-TW", "en", "fr", ""])
def test_other_languages_get_the_page_as_it_is(client: TestClient, tag: str) -> None:
    assert client.get("/", headers={"accept-language": tag}).text == PAGE


def test_only_the_page_is_changed(client: TestClient) -> None:
    assert client.get("/other", headers={"accept-language": "zh"}).text == PAGE
