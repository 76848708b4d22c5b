"""Which proxy leads to the internet: the environment's, else that of the settings of Windows and macOS."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable
from urllib.parse import urlsplit


def proxy_for(url: str) -> str:
    """The host of the proxy that an address is asked through, "" where it is asked directly."""
    parts = urlsplit(url)
    address = urllib.request.getproxies().get(parts.scheme, "")
    if not address or urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    return urlsplit(address if "://" in address else f"//{address}").hostname or address


def proxy_variables(hosts: Iterable[str]) -> dict[str, str]:
    """The system's settings as the environment variables that every program reads; none where such are set already.

    ``hosts`` are those that will be asked: which of them need no proxy is told with it.
    """
    if urllib.request.getproxies_environment():
        return {}
    found = urllib.request.getproxies()
    variables = {f"{scheme.upper()}_PROXY": found[scheme] for scheme in ("http", "https") if scheme in found}
    if not variables:
        return {}
    without = [host for host in hosts if urllib.request.proxy_bypass(host)]
    return {**variables, "NO_PROXY": ",".join(["localhost", "127.0.0.1", *without])}
