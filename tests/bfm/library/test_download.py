"""Getting models from a server on this machine that behaves, and from servers that do not."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from likeness.bfm.face_model import FaceModel
from likeness.bfm.formats.gnm import reader as gnm
from likeness.bfm.library import getting
from likeness.bfm.library.getting import get_model
from likeness.bfm.library.registry import load_model
from likeness.bfm.library.store import installed, models_folder
from likeness.bfm.transfer import completing
from likeness.errors import LikenessError
from likeness.network import download as downloading
from likeness.network.download import download
from other_source import complete_at_once

BODY = os.urandom(900_000)

pytestmark = pytest.mark.usefixtures("loopback")


class Handler(BaseHTTPRequestHandler):
    """Each path is another server."""

    protocol_version = "HTTP/1.1"
    packed = b""  # what /model gives

    def do_GET(self) -> None:
        getattr(self, "give_" + self.path.strip("/"))()

    def give_file(self, body: bytes = BODY, said: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if said is None else said))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def give_chunks(self, end: bytes = b"0\r\n\r\n") -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(BODY), BODY) + end)
        self.close_connection = True

    def give_torn(self) -> None:
        self.give_chunks(end=b"")

    def give_short(self) -> None:
        self.give_file(said=2 * len(BODY))

    def give_endless(self) -> None:
        self.give_file(b"x", said=10**12)

    def give_page(self) -> None:
        self.give_file(b"<!DOCTYPE html>")

    def give_model(self) -> None:
        self.give_file(self.packed)

    def give_absent(self) -> None:
        self.send_error(404)

    def give_silence(self) -> None:
        self.server.stopped.wait(5)  # type: ignore[attr-defined]

    def give_elsewhere(self, to: str = "/file") -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def give_circle(self) -> None:
        self.give_elsewhere("/circle")

    def give_yours(self) -> None:
        self.give_elsewhere("file:///etc/passwd")

    def log_message(self, format: str, *args: Any) -> None:
        pass


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return [path.name for path in folder.iterdir()]


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.stopped.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.mark.parametrize("path", ["file", "chunks", "elsewhere"])
def test_the_file_arrives_and_its_bytes_are_told(server: str, path: str, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    download(f"{server}/{path}", tmp_path / "a.zip", lambda done, total: told.append((done, total)))
    assert (tmp_path / "a.zip").read_bytes() == BODY
    assert names(tmp_path) == ["a.zip"]
    assert told[-1] == (len(BODY), None if path == "chunks" else len(BODY))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) > 2


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("absent", r"does not have the file any more.*answers 404 Not Found"),
        ("short", r"sent 0\.9 of 1\.8 MB and then ended"),
        ("torn", "broke off"),
        ("endless", "is larger than"),
        ("silence", r"^127\.0\.0\.1 does not answer in time"),
        ("circle", "answers 302 Found"),
        ("yours", "answers 302 Found"),
    ],
)
def test_a_failure_is_a_sentence_and_leaves_nothing(
    server: str, path: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "TIMEOUT", 0.5)
    with pytest.raises(LikenessError, match=says) as raised:
        download(f"{server}/{path}", tmp_path / "a.zip")
    assert "\n" not in str(raised.value)
    assert names(tmp_path) == []


def test_no_server_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(LikenessError, match=r"^127\.0\.0\.1 refuses the connection: check"):
            download(f"http://127.0.0.1:{taken.getsockname()[1]}/file", tmp_path / "a.zip")


def test_a_certificate_of_ones_own_is_not_trusted(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    what = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1"]
    made = subprocess.run([openssl, "req", *what, "-keyout", key, "-out", certificate], capture_output=True)
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with (
        serving(context) as address,
        pytest.raises(LikenessError, match=r"certificate that this computer does not trust: name .* SSL_CERT_FILE"),
    ):
        download(f"{address}/file", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_an_encrypted_address_does_not_lead_to_an_open_one() -> None:
    request = downloading.urllib.request.Request("https://127.0.0.1/file")
    with pytest.raises(LikenessError, match="not safe"):
        downloading._SameSafety().redirect_request(request, None, 302, "Found", {}, "http://127.0.0.1/file")


def test_a_full_disk_is_a_sentence(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.BytesIO):
        def write(self, _block: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def on_full_disk(path: Path, _mode: str) -> FullDisk:
        path.touch()
        return FullDisk()

    monkeypatch.setattr(Path, "open", on_full_disk)
    with pytest.raises(LikenessError, match=r"^The disk is full: make room"):
        download(f"{server}/file", tmp_path / "a.zip")
    assert names(tmp_path) == []


def test_what_progress_raises_ends_it(server: str, tmp_path: Path) -> None:
    class Cancelled(BaseException):
        pass

    def cancel(done: int, _total: int | None) -> None:
        if done > len(BODY) // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        download(f"{server}/file", tmp_path / "a.zip", cancel)
    assert names(tmp_path) == []


def serve(monkeypatch: pytest.MonkeyPatch, model_id: str, address: str, sha256: str = "") -> None:
    """The model's address and checksum are these."""
    source = getting.DOWNLOADS[model_id]
    here = replace(source, download=replace(source.download, address=address, sha256=sha256))
    monkeypatch.setitem(getting.DOWNLOADS, model_id, here)


@pytest.mark.parametrize(("path", "says"), [("page", "something that is no zip file"), ("absent", "404")])
@pytest.mark.parametrize("model_id", ["ict", "gnm"])
def test_what_is_not_the_model_does_not_get_into_the_library(
    server: str, model_id: str, path: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, model_id, f"{server}/{path}")
    with pytest.raises(LikenessError, match=says):
        get_model(model_id)
    assert installed() == {}
    assert names(models_folder()) == []


def test_the_kit_gets_into_the_library(
    server: str, ict_file: Path, ict_model: FaceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, "ict", f"{server}/model")
    monkeypatch.setattr(Handler, "packed", ict_file.read_bytes())
    monkeypatch.setattr(completing, "complete", lambda source, donor, lay: ict_model)
    told: list[tuple[str, float]] = []
    record = get_model("ict", lambda stage, share: told.append((stage, share)))
    assert installed() == {"ict": record}
    assert record.origin == f"{server}/model"
    assert record.files[0].sha256 == hashlib.sha256(Handler.packed).hexdigest()
    assert names(models_folder()) == ["ict"]
    assert np.array_equal(load_model("ict").mean, ict_model.mean)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert ("Downloading ICT-FaceKit: 10 of 17 MB", pytest.approx(0.6 * 10 / 17, abs=0.1)) in told


def test_gnm_gets_into_the_library(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = gnm_file(tmp_path)
    serve(monkeypatch, "gnm", f"{server}/model", hashlib.sha256(made.read_bytes()).hexdigest())
    monkeypatch.setattr(Handler, "packed", made.read_bytes())
    complete_at_once(monkeypatch)
    told: list[str] = []
    record = get_model("gnm", lambda stage, share: told.append(stage))
    assert installed() == {"gnm": record}
    assert (record.name, record.licence, record.origin) == ("GNM Head 3", "Apache-2.0", f"{server}/model")
    assert [file.name for file in record.files] == ["gnm_head.npz"]
    assert told[0].startswith("Downloading GNM Head 3: 0 of ")
    assert names(models_folder()) == ["gnm"]


def test_another_file_than_the_known_one_is_not_opened(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = gnm_file(tmp_path)
    address = f"{server}/model"
    serve(monkeypatch, "gnm", address, getting.DOWNLOADS["gnm"].download.sha256)
    monkeypatch.setattr(Handler, "packed", made.read_bytes())
    monkeypatch.setattr(gnm, "read", lambda path: pytest.fail("it was read"))
    with pytest.raises(LikenessError) as told:
        get_model("gnm")
    assert str(told.value) == (
        f"{address} gave another file than the one that Likeness knows "
        f"({made.stat().st_size} bytes in place of 53328601, or others): try again later."
    )
    assert names(models_folder()) == []


def test_what_cannot_be_downloaded_is_a_sentence() -> None:
    with pytest.raises(LikenessError, match=r"^flame2020 cannot be downloaded here; what can: ict, gnm\.$"):
        get_model("flame2020")


def test_what_is_downloaded_is_pinned() -> None:
    for source in getting.DOWNLOADS.values():
        assert source.download.address.startswith("https://")
        assert source.download.address.removeprefix("https://").startswith(source.page)
    pinned = getting.DOWNLOADS["gnm"].download
    assert re.search(r"/resolve/[0-9a-f]{40}/v3_0/gnm_head\.npz$", pinned.address)
    assert re.fullmatch(r"[0-9a-f]{64}", pinned.sha256)


def gnm_file(folder: Path) -> Path:
    """A made file of GNM Head's form: two triangles' worth of quads that hang on one joint."""
    file = folder / "gnm_head.npz"
    arrays = {
        "template_vertex_positions": np.array([[0, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0.01], [0, 0.1, 0]]),
        "template_joint_positions": np.zeros((1, 3)),
        "vertex_identity_basis": np.full((2, 4, 3), 0.001),
        "expression_basis": np.full((1, 4, 3), 0.001),
        "expression_names": np.array(["lower_face_region_0"]),
        "joint_names": np.array(["neck"]),
        "joint_parent_indices": np.array([-1]),
        "skinning_weights": np.ones((1, 4)),
        "quads": np.array([[0, 1, 2, 3]]),
        "quad_uvs": np.array([[[0.0, 0], [1, 0], [1, 1], [0, 1]]]),
        "mesh_component_names": np.array(["skin"]),
        "vertex_groups": np.ones((1, 4)),
        "vertex_group_names": np.array(["skin"]),
    }
    np.savez(file, **arrays)
    return file
