"""Whom we trust: what the user names, else what the computer has, wherever its system keeps it."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from likeness.errors import LikenessError
from likeness.network import certificates
from likeness.network.certificates import NAMES, named_certificates, trusting_context, write_certificates
from likeness.network.download import download
from package_index import Store, closing, make_certificate

pytestmark = pytest.mark.usefixtures("loopback", "bare")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user names nothing, and the computer has no certificates at all."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(certificates, "_BUNDLES", ())
    monkeypatch.setattr(certificates, "find_spec", lambda name: None)
    monkeypatch.setattr(ssl.SSLContext, "set_default_verify_paths", lambda self: None)


@pytest.fixture
def company(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    return make_certificate(tmp_path)


def names() -> list[str]:
    """Whom a fresh context trusts."""
    return [dict(entry[0] for entry in found["subject"])["commonName"] for found in trusting_context().get_ca_certs()]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_user_names_alone_is_trusted(
    company: tuple[Path, ssl.SSLContext], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    other, _ = make_certificate(tmp_path / "other")
    monkeypatch.setattr(certificates, "_BUNDLES", (str(other),))
    monkeypatch.setenv(name, str(company[0]))
    assert named_certificates() == company[0]
    assert names() == ["Company"]
    with closing(Store(company[1])) as store:
        store.files["/model"] = b"a model"
        download(f"{store.address}/model", tmp_path / "model")
    assert (tmp_path / "model").read_bytes() == b"a model"


def test_what_is_not_there_or_no_certificate_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent"))
    with pytest.raises(LikenessError, match=r"SSL_CERT_FILE names .*absent, which does not exist"):
        trusting_context()
    (tmp_path / "absent").write_text("something else")
    with pytest.raises(LikenessError, match="cannot be read as a file of certificates"):
        trusting_context()


def test_a_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert names() == []  # OpenSSL looks into it when it meets a certificate


def test_linux_has_a_file(company: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_BUNDLES", ("/nowhere/bundle", str(company[0])))
    assert names() == ["Company"]


def test_windows_has_a_store(company: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged certificate in it, on which Python's own reading gives up, is passed over."""
    good = ssl.PEM_cert_to_DER_cert(company[0].read_text())

    def enumerate_store(store: str) -> list[tuple[bytes, str, Any]]:
        mail = frozenset({"1.3.6.1.5.5.7.3.4"})
        return [(b"damaged", "x509_asn", True), (good, "x509_asn", mail if store == "ROOT" else True)]

    monkeypatch.setattr(certificates.sys, "platform", "win32")
    monkeypatch.setattr(ssl, "enum_certificates", enumerate_store, raising=False)
    assert names() == ["Company"]


def test_a_mac_has_keychains(company: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> SimpleNamespace:
        assert command[:2] == ["/usr/bin/security", "find-certificate"]
        return SimpleNamespace(stdout=company[0].read_bytes())

    monkeypatch.setattr(certificates.sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", run)
    assert names() == ["Company"]


def test_all_go_into_one_file_for_other_programs(
    company: tuple[Path, ssl.SSLContext], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not write_certificates(tmp_path / "all.pem")
    assert not (tmp_path / "all.pem").exists()
    monkeypatch.setattr(certificates, "_BUNDLES", (str(company[0]),))
    assert write_certificates(tmp_path / "all.pem")
    assert ssl.PEM_cert_to_DER_cert((tmp_path / "all.pem").read_text()) == ssl.PEM_cert_to_DER_cert(
        company[0].read_text()
    )


def test_a_company_that_leaves_something_out_is_trusted_with_any_python() -> None:
    """Python 3.13 refuses certificates without an identifier of their key unless it is told not to."""
    strict = getattr(ssl, "VERIFY_X509_STRICT", 0)
    assert not trusting_context().verify_flags & strict
    assert trusting_context().verify_mode == ssl.CERT_REQUIRED
    assert trusting_context().check_hostname
