"""A hub of models on loopback, as huggingface.co answers: it can cut, corrupt, refuse, lack a file, or be slow."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from models.catalogue import catalogue

REVISION: Final = "c0ffee"
_CHUNK: Final = 64 << 10


@dataclass
class Hub:
    """Has one model of the catalogue, with these contents. The largest file is the one that goes wrong."""

    name: str
    contents: Mapping[str, bytes]
    url: str = ""
    cut_after: list[int] = field(default_factory=list)
    """Bytes after which the first answers for the largest file are cut."""
    corrupt: int = 0
    """So many answers for it are spoiled."""
    failures: int = 0
    ranges: list[str | None] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    chunk_pause_s: float = 0.0

    @property
    def repository(self) -> str:
        return catalogue()[self.name].location

    @property
    def largest(self) -> str:
        return max(self.contents, key=lambda file: len(self.contents[file]))

    def listing(self) -> list[dict[str, Any]]:
        entries = []
        for path, content in self.contents.items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": blob}
            if path == self.largest:
                entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
            entries.append(entry)
        return [entry for entry in entries if entry["path"] not in self.absent]


@contextmanager
def serving(hub: Hub, port: int = 0) -> Iterator[Hub]:
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if hub.failures:
                hub.failures -= 1
                return self.send_error(503)
            if self.path == f"/api/models/{hub.repository}/revision/main":
                return self._send(json.dumps({"sha": REVISION}).encode())
            if self.path == f"/api/models/{hub.repository}/tree/{REVISION}":
                return self._send(json.dumps(hub.listing()).encode())
            name = self.path.rpartition("/")[2]
            if self.path != f"/{hub.repository}/resolve/{REVISION}/{name}" or name not in hub.contents:
                return self.send_error(404)
            return self._send_file(name)

        def _send(self, body: bytes, status: int = 200, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            sent = body[:cut]
            for start in range(0, len(sent), _CHUNK):
                self.wfile.write(sent[start : start + _CHUNK])
                time.sleep(hub.chunk_pause_s)
            if cut is not None:
                self.close_connection = True

        def _send_file(self, name: str) -> None:
            body, status, cut = hub.contents[name], 200, None
            if name == hub.largest:
                asked = self.headers.get("Range")
                hub.ranges.append(asked)
                if asked:
                    body, status = body[int(asked.removeprefix("bytes=").rstrip("-")) :], 206
                if hub.corrupt:
                    hub.corrupt -= 1
                    body = b"X" + body[1:]
                cut = hub.cut_after.pop(0) if hub.cut_after else None
            self._send(body, status, cut)

        def log_message(self, *_: object) -> None: ...

    return Handler
