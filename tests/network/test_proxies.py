"""Models and programs come through the proxy of the environment, or of the system's settings."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from likeness.errors import LikenessError
from likeness.network.download import download
from likeness.network.proxies import proxy_for, proxy_variables
from package_index import Proxy, Store, closing

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture(autouse=True)
def none_named(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_model_comes_through_the_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store()) as store, closing(Proxy()) as proxy:
        store.files["/model"] = b"a model"
        monkeypatch.setenv("http_proxy", proxy.address)
        download(f"{store.address.replace('127.0.0.1', 'models.invalid')}/model", tmp_path / "model")
        assert proxy.asked == ["models.invalid"]
    assert (tmp_path / "model").read_bytes() == b"a model"


@pytest.mark.parametrize(
    ("status", "says"),
    [(407, "^The proxy asks for a name and a password"), (403, "^The proxy lets nothing through to")],
)
def test_a_proxy_that_does_not_let_us(tmp_path: Path, status: int, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Proxy(status)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        with pytest.raises(LikenessError, match=says):
            download("https://models.invalid/model", tmp_path / "model")


def test_who_is_told_which_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_for("https://models.invalid/") == ""
    assert proxy_variables([]) == {}
    settings = {"https": "http://proxy.company:8080", "http": "http://proxy.company:8080"}
    monkeypatch.setattr(urllib.request, "getproxies", lambda: settings)
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: host == "inside.company")
    assert proxy_for("https://models.invalid/x") == "proxy.company"
    assert proxy_for("https://inside.company/x") == ""
    assert proxy_variables(["inside.company", "pypi.org"]) == {
        "HTTP_PROXY": settings["http"],
        "HTTPS_PROXY": settings["https"],
        "NO_PROXY": "localhost,127.0.0.1,inside.company",
    }
    monkeypatch.setenv("https_proxy", "http://another:1")
    assert proxy_variables([]) == {}  # who is started reads it itself
