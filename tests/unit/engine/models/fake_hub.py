"""A Hugging Face hub of one repository, on this machine."""

import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000
"""Files from this size on are in git-lfs, named by their SHA-256."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class FakeHub(ThreadingHTTPServer):
    """Serves ``files`` of ``name``, at main and the tag v1; the bytes of each file in ``damaged``
    are others than its checksum says, and a file in ``cut`` ends early, once."""

    daemon_threads = True

    def __init__(self, name, files):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.files = files
        self.damaged = set()
        self.cut = set()
        self.gated = False
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def fetched(self):
        """Files whose content was asked for, with the first byte that was wanted."""
        return [(name, start) for method, name, start in self.requests if method == "GET"]


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        hub = self.server
        path = self.path.partition("?")[0]
        repository = f"/api/models/{hub.name}"
        if not path.startswith((repository, f"/{hub.name}/")):
            return self.send(404, {"X-Error-Code": "RepoNotFound"}, b"{}")
        if match := re.fullmatch(rf"{repository}(?:/revision/(.+))?", path):
            if match[1] not in (None, "main", "v1", COMMIT):
                return self.send(404, {"X-Error-Code": "RevisionNotFound"}, b"{}")
            return self.send_json({"id": hub.name, "sha": COMMIT, "siblings": [], "tags": []})
        if path.startswith(f"{repository}/tree/"):
            return self.send_json([entry(name, x) for name, x in hub.files.items()])
        match = re.fullmatch(rf"/{hub.name}/resolve/([^/]+)/(.+)", path)
        if match and hub.gated:
            return self.send(403, {"X-Error-Code": "GatedRepo"}, b"")
        if not match or match[2] not in hub.files:
            return self.send(404, {"X-Error-Code": "EntryNotFound"}, b"")
        return self.send_file(match[2], body=body)

    def send_file(self, name, *, body):
        content = self.server.files[name]
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{entry(name, content)["oid"]}"'}
        if len(content) >= LARGE:
            headers |= {
                "ETag": f'"{sha256(content)}"',
                "X-Linked-Etag": f'"{sha256(content)}"',
                "X-Linked-Size": str(len(content)),
            }
        start = 0
        if wanted := re.match(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.server.requests.append((self.command, name, start))
        if name in self.server.damaged:
            content = bytes(len(content))
        self.send(206 if start else 200, headers, content[start:], body=body, name=name)

    def send_json(self, value):
        self.send(200, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def send(self, status, headers, content, *, body=True, name=""):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body and self.command == "GET":
            if name in self.server.cut:
                self.server.cut.discard(name)
                self.wfile.write(content[: len(content) // 2])
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
            else:
                self.wfile.write(content)


def entry(name, content):
    found = {"type": "file", "path": name, "size": len(content), "oid": sha256(content)[:40]}
    if len(content) >= LARGE:
        found["lfs"] = {"oid": sha256(content), "size": len(content), "pointerSize": 130}
    return found
