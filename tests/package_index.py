"""A package index, a store of Pythons and a proxy, all on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import socket
import ssl
import subprocess
import sys
import tarfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

GITHUB = "https://github.com/astral-sh/python-build-standalone/releases/download"
RELEASE = "20240101/cpython.tar.gz"
NOT_NEEDED = {"test", "tests", "idlelib", "lib2to3", "ensurepip", "tkinter", "turtledemo", "__pycache__"}


class Store:
    """A server of files by their path; a folder of wheels below /simple/ is a package index."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.files: dict[str, bytes] = {}
        self.status: dict[str, int] = {}  # path -> what is answered in place of a file
        self.hanging = ""  # a path that begins with this sends its first half and then nothing for a while
        self.pause = 60.0  # seconds
        self.asked: list[str] = []
        self.going_on = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"{'https' if context else 'http'}://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def add_wheels(self, folder: Path, index: str = "/simple") -> None:
        """Pages and files of all wheels of a folder."""
        for wheel in folder.glob("*.whl"):
            page = f"{index}/{wheel.name.split('-')[0].replace('_', '-')}/"
            self.files[page] = f'<a href="/files/{wheel.name}">{wheel.name}</a>'.encode()
            self.files[f"/files/{wheel.name}"] = wheel.read_bytes()

    def close(self) -> None:
        self.going_on.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            store.asked.append(path)
            body, status = store.files.get(path, b""), store.status.get(path, 200 if path in store.files else 404)
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if path.endswith("/") else "application/octet-stream")
            self.send_header("Content-Length", str(len(body) if status == 200 else 0))
            if path.startswith("/files/"):  # as PyPI says of its files
                self.send_header("Cache-Control", "max-age=365000000, immutable, public")
            self.end_headers()
            if self.command == "GET" and status == 200:
                self._send(path, body)

        def _send(self, path: str, body: bytes) -> None:
            half = len(body) // 2 if store.hanging and path.startswith(store.hanging) else len(body)
            self.wfile.write(body[:half])
            if half < len(body):
                store.going_on.wait(store.pause)
                with contextlib.suppress(OSError):  # nobody waited for it
                    self.wfile.write(body[half:])

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


class Proxy:
    """A proxy for plain and encrypted connections; whatever host is meant, it goes to this machine."""

    def __init__(self, status: int = 200) -> None:
        self.asked: list[str] = []  # hosts
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _proxy_handler(self, status))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _proxy_handler(proxy: Proxy, status: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            host, _, port = self.path.partition(":")
            if self._refuses(host):
                return
            with socket.create_connection(("127.0.0.1", int(port))) as other:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=_pump, args=[other, self.connection], daemon=True)
                back.start()
                _pump(self.connection, other)
                back.join(5)
            self.close_connection = True

        def do_GET(self) -> None:
            host, _, rest = self.path.removeprefix("http://").partition("/")
            if self._refuses(host.partition(":")[0]):
                return
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(f"http://127.0.0.1:{host.partition(':')[2]}/{rest}") as answer:
                body = answer.read()
                self.send_response(200)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def _refuses(self, host: str) -> bool:
            proxy.asked.append(host)
            if status != 200:
                self.send_response(status)
                self.send_header("Proxy-Authenticate", 'Basic realm="company"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            return status != 200

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(1 << 16):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one of them has gone
        pass


def make_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A company's certificate, by which a server on 127.0.0.1 and index.invalid shows itself; skips without openssl."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl, which makes the certificate, is not installed")
    company, server = (folder / "company.pem", folder / "company.key"), (folder / "server.pem", folder / "server.key")
    names = [
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:index.invalid",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ]
    signed = ["-CA", company[0], "-CAkey", company[1], *names]
    new = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7"]
    for (certificate, key), subject, options in ((company, "/CN=Company", []), (server, "/CN=Server", signed)):
        command = [openssl, "req", *new, "-subj", subject, *options, "-keyout", key, "-out", certificate]
        made = subprocess.run(command, capture_output=True, check=False)
        assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*server)
    return company[0], context


def write_python(folder: Path) -> Path:
    """An archive of a Python to download, as those that uv installs are, made of the one that runs this."""
    base, name = Path(sys.base_prefix), f"python{sys.version_info[0]}.{sys.version_info[1]}"

    def needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = set(entry.name.split("/"))
        packages = "/site-packages/" in entry.name
        return None if parts & NOT_NEEDED or packages or "/config-3" in entry.name else entry

    path = folder / "cpython.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.add((base / "bin" / name).resolve(), f"python/bin/{name}")
        for link in ("python3", "python"):
            entry = tarfile.TarInfo(f"python/bin/{link}")
            entry.type, entry.linkname = tarfile.SYMTYPE, name
            archive.addfile(entry)
        archive.add(base / "lib" / name, f"python/lib/{name}", filter=needed)
        for library in (base / "lib").glob("libpython*"):
            archive.add(library, f"python/lib/{library.name}")
    return path


def describe_python(archive: bytes) -> str:
    """The list of Pythons to download, in uv's form, that has this archive alone."""
    major, minor, patch = sys.version_info[:3]
    entry = {
        "name": "cpython",
        "arch": {"family": "x86_64", "variant": None},
        "os": "linux",
        "libc": "gnu",
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "variant": None,
        "build": "20240101",
        "url": f"{GITHUB}/{RELEASE}",
        "sha256": hashlib.sha256(archive).hexdigest(),
    }
    return json.dumps({f"cpython-{major}.{minor}.{patch}-linux-x86_64-gnu": entry})


@contextmanager
def closing(server: Any) -> Iterator[Any]:
    """The server, which is gone afterwards."""
    try:
        yield server
    finally:
        server.close()
