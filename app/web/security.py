"""What stands between the network and gradio: an ASGI middleware for every HTTP request.

It refuses bodies larger than any page needs before they fill the memory, sends the headers
that keep the page from contacting another host, and tells gradio's frontend that every
Chinese locale is Chinese.
"""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.limits import KIB, MAX_REQUEST_BYTES
from app.web.texts import negotiate, preferred, text

#: The browser itself refuses whatever would leave for another host. Gradio's frontend builds
#: its templates with `new Function` and writes styles into the page, hence the two "unsafe".
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)

# Gradio's frontend knows zh-CN and zh-TW and shows English to any other Chinese locale.
_KNOWN_LOCALES: Final = ("zh-cn", "zh-tw")
_HEAD: Final = b"<head>"
_AS_CHINESE: Final = (
    b'<script>Object.defineProperty(navigator,"language",{get:()=>"zh-CN"})</script>'
)


class Guard:
    """Wraps an ASGI application.

    Args:
        policy: the Content-Security-Policy, or None to send none (a page that is shared
            through gradio's tunnel takes its program from gradio's own host).
        maximum: bytes of a request's body.
    """

    def __init__(
        self,
        app: ASGIApp,
        policy: str | None = CONTENT_SECURITY_POLICY,
        maximum: int = MAX_REQUEST_BYTES,
    ) -> None:
        self.app = app
        self.policy = policy
        self.maximum = maximum

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        accept_language = headers.get("accept-language", "")
        if _declared_length(headers) > self.maximum:
            await self._refusal(accept_language)(scope, receive, send)
            return
        sender = self._with_headers(send)
        if scope["path"] == "/" and _is_other_chinese(accept_language):
            sender = _with_chinese_locale(sender)
        await self.app(scope, self._counted(receive), sender)

    def _counted(self, receive: Receive) -> Receive:
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self.maximum:
                # Only a client that hides or misstates the length comes here; to the
                # application it looks as if it had gone away.
                return {"type": "http.disconnect"}
            return message

        return counted

    def _with_headers(self, send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                if self.policy is not None:
                    headers["Content-Security-Policy"] = self.policy
            await send(message)

        return sender

    def _refusal(self, accept_language: str) -> JSONResponse:
        sentence = text(
            "limits.request_too_large", negotiate(accept_language), maximum=self.maximum // KIB
        )
        return JSONResponse({"detail": sentence}, status_code=413)


def _declared_length(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _is_other_chinese(accept_language: str) -> bool:
    tag = preferred(accept_language)
    return tag.startswith("zh") and tag not in _KNOWN_LOCALES


def _with_chinese_locale(send: Send) -> Send:
    """Puts a script that names a known locale before all others in the page's head."""
    start: Message = {}

    async def sender(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message  # held back: its length is not known yet
            return
        if start:
            body = message.get("body", b"").replace(_HEAD, _HEAD + _AS_CHINESE, 1)
            grown = len(body) - len(message.get("body", b""))
            headers = MutableHeaders(scope=start)
            if "content-length" in headers:
                headers["content-length"] = str(int(headers["content-length"]) + grown)
            message = {**message, "body": body}
            await send(start)
            start = {}
        await send(message)

    return sender
