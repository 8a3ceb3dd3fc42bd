"""Show the pages in a browser while they are written: what is saved is on the page at once, and what is wrong stands there.

A page is served as it was set, with one script more, which listens for news and loads the page again when it has changed; the
file that is written does not have it. It is served to this machine alone.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import sys
import threading
import urllib.parse
import webbrowser
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from report.errors import ExitCode
from report.terminal.cli import Settings
from report.terminal.faults import say
from report.terminal.stages import Stages
from report.terminal.watch import Made, News, Now, watch

HERE = "127.0.0.1"
NEWS = "/news"
SOON = 0.05  # seconds within which the server hears that it is to end
BEAT = 10.0  # seconds after which a reader who has heard nothing is told that there is nothing new


def preview(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Build as ``watch`` does, and serve what is made until Ctrl-C."""
    script = (root / "templates" / "live.js").read_text(encoding="utf-8")
    desk = Desk(script)
    with Server(desk) as server:
        address = f"http://{HERE}:{server.server_port}/"
        say(f"preview: {address}")
        if settings.browser and _can_show():
            webbrowser.open(address)
        return watch(root, settings, stages, desk.hear)


def _can_show() -> bool:
    """Whether a browser would have a window, rather than take the terminal."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Desk:
    """What there is to serve, and the news of it. It is written to by one thread, and read by many."""

    def __init__(self, script: str):
        self._script = script
        self._changed = threading.Condition()
        self._files: dict[str, bytes] = {}
        self._versions: dict[str, str] = {}  # of the pages
        self._now = Now(busy=True)
        self._closed = False

    def hear(self, news: News) -> None:
        with self._changed:
            if isinstance(news, Made):
                self._files |= news.files
                self._versions |= {n: _version(page) for n, page in news.files.items() if n.endswith(".html")}
            else:
                self._now = news
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def file(self, name: str) -> bytes | None:
        """What is served under a name: a page with the script, any other file as it is, and what there is for no name."""
        with self._changed:
            versions, content = dict(self._versions), self._files.get(name)
        if name == "":
            return self._live(_contents(list(versions)).encode())
        return content if content is None or name not in versions else self._live(content, name, versions[name])

    def news(self) -> Iterator[str]:
        """The state as JSON, now and whenever it is another; nothing, when it has been the same for a while."""
        last = ""
        while True:
            with self._changed:
                told = self._told()
                if told == last and not self._closed:
                    self._changed.wait(BEAT)
                    told = self._told()
                if self._closed:
                    return
            yield told if told != last else ""
            last = told

    def _told(self) -> str:
        return json.dumps({**asdict(self._now), "pages": self._versions})

    def _live(self, page: bytes, name: str = "", version: str = "") -> bytes:
        setting = json.dumps({"page": name, "version": version, "news": NEWS}).replace("</", "<\\/")
        script = f"<script>\nconst live = {setting};\n{self._script}</script>\n".encode()
        head, end, tail = page.rpartition(b"</body>")
        return head + script + end + tail


def _version(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _contents(pages: list[str]) -> str:
    """What stands under no name: the pages, if there are several; a moment's patience, if there is none yet."""
    links = "".join(f'<li><a href="/{urllib.parse.quote(page)}">{page}</a></li>\n' for page in sorted(pages))
    title = "Pages" if pages else "The first build"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="color-scheme" content="light dark">\n'
        f'<title>{title}</title><link rel="icon" href="data:,"></head>\n'
        f'<body style="font: 1.1rem/1.5 serif; margin: 4rem">\n<p>{title}</p>\n<ul>{links}</ul>\n</body>\n</html>\n'
    )


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; anything else is refused by the base class."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
            host = self.headers.get("Host", "")
            if host.rpartition(":")[0] not in (HERE, "localhost"):  # a page of somebody else's that names this machine
                self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"This is served to this machine alone.\n")
            elif path == NEWS:
                self._news()
            else:
                self._file(path.removeprefix("/"))

    do_HEAD = do_GET

    def _file(self, name: str) -> None:
        content = self.server.desk.file(name)
        if content is None:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"There is no such page (yet).\n")
        else:
            self._answer(HTTPStatus.OK, mimetypes.guess_type(name)[0] or "text/html", content)

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _news(self) -> None:
        """Server-sent events: one for each change, and a comment now and then, which finds out who has left."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "HEAD":
            return
        for told in self.server.desk.news():
            self.wfile.write(f"data: {told}\n\n".encode() if told else b": nothing new\n\n")

    def log_message(self, format: str, *args: object) -> None:
        """What is served is nobody's news."""


class Server(ThreadingHTTPServer):
    """Serves what lies on a desk at a free port, until the ``with`` ends."""

    def __init__(self, desk: Desk):
        super().__init__((HERE, 0), _Handler)
        self.desk = desk
        self._thread = threading.Thread(target=self.serve_forever, args=(SOON,), daemon=True)
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader who leaves in the middle is no error."""

    def server_close(self) -> None:
        self.desk.close()
        self.shutdown()
        self._thread.join()
        super().server_close()
