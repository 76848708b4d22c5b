"""Installing from within a company: its proxy, its certificates, and what is said where something is in the way."""

from __future__ import annotations

import os
import socket
import ssl
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from installing import finish
from likeness.engine.installing import installation
from likeness.engine.installing.environment import check_interpreter
from likeness.engine.installing.interpreters import Interpreter
from likeness.errors import LikenessError
from likeness.network import certificates, download
from mirror import NEEDED, PYTHON, WHEEL, Mirror, make_mirror, name_address
from package_index import Proxy, Store, closing, make_certificate

pytestmark = NEEDED
HOST = "index.invalid"  # no resolver knows it: only a proxy leads there
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def company(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """Its certificate, and what its servers show."""
    return make_certificate(tmp_path)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of certificates or proxies but those of the system."""
    for name in ("SSL_CERT_DIR", *certificates.NAMES):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def secure(
    company: tuple[Path, ssl.SSLContext],
    tmp_path: Path,
    python_archive: bytes,
    uv_wheels: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Mirror]:
    """A mirror whose certificate the company made."""
    with closing(Store(company[1])) as store:
        yield make_mirror(store, tmp_path, python_archive, uv_wheels, monkeypatch)


@pytest.fixture(params=["uv", pytest.param("pip", marks=pytest.mark.slow)])
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What installs: a uv that is fetched, or pip, because there is a Python that serves."""
    if request.param == "pip":
        here = Interpreter(Path(sys.executable), tuple(sys.version_info[:2]), "", True, True)
        monkeypatch.setattr(installation, "find_interpreter", lambda with_uv: here)
    return request.param


@pytest.mark.usefixtures("bare")
def test_the_systems_certificates_are_trusted(
    secure: Mirror, company: tuple[Path, ssl.SSLContext], program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "_BUNDLES", (str(company[0]),))
    finish(secure.start())
    assert check_interpreter(secure.place.folder) == ""
    assert {WHEEL, PYTHON} <= secure.fetched() or program == "pip"


@pytest.mark.usefixtures("bare")
def test_a_named_certificate_is_trusted(
    secure: Mirror, company: tuple[Path, ssl.SSLContext], program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(company[0]))
    finish(secure.start())
    assert check_interpreter(secure.place.folder) == ""


@pytest.mark.usefixtures("bare")
def test_an_unknown_certificate_is_not_trusted(secure: Mirror, program: str) -> None:
    with pytest.raises(
        LikenessError, match=r"shows a certificate that this computer does not trust: name .* SSL_CERT_FILE"
    ):
        finish(secure.start())
    assert secure.left() == ["engine.lock"]


@pytest.mark.usefixtures("bare")
def test_a_name_for_nothing_is_said(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/company.pem")
    with pytest.raises(LikenessError, match=r"SSL_CERT_FILE names .*company\.pem, which does not exist: correct it"):
        finish(mirror.start())


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("program", ["pip"], indirect=True)
def test_pip_goes_on_after_a_failure(
    secure: Mirror, company: tuple[Path, ssl.SSLContext], program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As uv does; it keeps what came over an encrypted connection alone."""
    monkeypatch.setenv("SSL_CERT_FILE", str(company[0]))
    torch = next(path for path in secure.store.files if path.startswith("/files/torch"))
    secure.store.status[torch] = 404
    with pytest.raises(LikenessError):
        finish(secure.start())
    assert secure.left() == ["engine.downloads", "engine.lock"]
    secure.store.status.clear()
    secure.fetched()
    finish(secure.start())
    assert secure.fetched() == {torch}
    assert secure.left() == ["engine", "engine.lock"]


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with closing(Proxy()) as found:
        yield found


@pytest.mark.usefixtures("bare")
def test_everything_goes_through_the_proxy(
    secure: Mirror, company: tuple[Path, ssl.SSLContext], proxy: Proxy, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(company[0]))
    name_address(secure.store.address.replace("127.0.0.1", HOST), monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    finish(secure.start())
    assert check_interpreter(secure.place.folder) == ""
    assert set(proxy.asked) == {HOST}
    assert {WHEEL, PYTHON} <= secure.fetched() or program == "pip"


@pytest.mark.usefixtures("bare")
def test_a_mirror_without_encryption_has_a_proxy_too(
    mirror: Mirror, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_address(mirror.store.address.replace("127.0.0.1", HOST), monkeypatch)
    monkeypatch.setenv("http_proxy", proxy.address)
    finish(mirror.start())
    assert check_interpreter(mirror.place.folder) == ""
    assert set(proxy.asked) == {HOST}


@pytest.mark.usefixtures("bare")
def test_the_proxy_of_the_systems_settings_is_used(
    secure: Mirror, company: tuple[Path, ssl.SSLContext], proxy: Proxy, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Windows and macOS, where the environment names none."""
    monkeypatch.setenv("SSL_CERT_FILE", str(company[0]))
    name_address(secure.store.address.replace("127.0.0.1", HOST), monkeypatch)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": proxy.address})
    finish(secure.start())
    assert check_interpreter(secure.place.folder) == ""
    assert set(proxy.asked) == {HOST}


@pytest.mark.usefixtures("bare")
def test_a_proxy_that_asks_for_a_password(secure: Mirror, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name_address(secure.store.address.replace("127.0.0.1", HOST), monkeypatch)
    with closing(Proxy(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        with pytest.raises(
            LikenessError, match=r"^The proxy asks for a name and a password: write them into HTTPS_PROXY"
        ):
            finish(secure.start())
    assert secure.left() == ["engine.lock"]


@pytest.mark.usefixtures("bare")
def test_a_proxy_that_is_not_there(secure: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    name_address(secure.store.address.replace("127.0.0.1", HOST), monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", NOBODY)
    with pytest.raises(LikenessError, match=r"^The proxy 127\.0\.0\.1 refuses the connection: check"):
        finish(secure.start())


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, r"^127\.0\.0\.1 does not give the file to us: check"),
        (404, r"^127\.0\.0\.1 does not have the file any more: update"),
        (502, r"^127\.0\.0\.1 has a fault of its own: try again later"),
    ],
)
@pytest.mark.parametrize("path", [WHEEL, PYTHON])
def test_what_a_server_answers_is_said(mirror: Mirror, path: str, status: int, says: str) -> None:
    """To us, who fetch uv, and to uv, which fetches the Python."""
    mirror.store.status[path] = status
    with pytest.raises(LikenessError, match=says):
        finish(mirror.start())


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_PYTHON_INSTALL_MIRROR"])
def test_who_refuses_is_said(mirror: Mirror, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, NOBODY)
    with pytest.raises(LikenessError, match=r"^127\.0\.0\.1 refuses the connection: check"):
        finish(mirror.start())


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_PYTHON_INSTALL_MIRROR"])
def test_a_server_that_says_nothing_is_given_up(mirror: Mirror, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 1.0)
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        monkeypatch.setenv(name, f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(LikenessError, match=r"^127\.0\.0\.1 does not answer in time: try again later"):
            finish(mirror.start())
