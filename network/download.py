"""Fetching one file over HTTPS: certificates are checked, proxies used, and a failure leaves nothing."""

from __future__ import annotations

import base64
import contextlib
import errno
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import LikenessError
from ..replacing import fresh_file
from ..version import VERSION
from .certificates import trusting_context
from .faults import DISK_FULL, meaning_of_error, meaning_of_status
from .proxies import proxy_for

TIMEOUT = 30.0  # seconds without a byte
LARGEST = 1 << 29  # bytes
BLOCK = 1 << 18

Received = Callable[[int, int | None], None]  # bytes so far and, where the server says so, of how many


def download(url: str, path: Path, received: Received = lambda done, total: None) -> str:
    """Fetch ``url``, which may hold a name and a password, into a new file; the address it came from in the end.

    ``received`` is called after every block; whatever it raises ends the download. After any failure there is no file.

    Raises:
        LikenessError: no connection, an untrusted certificate, a refusal, a body that is too long or ends too early,
            or a disk that does not take it.
    """
    with _answer(url) as answer, _disk_faults(path), fresh_file(path) as fresh:
        _save(answer, fresh, received)
        return answer.url


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but from an encrypted address only to encrypted ones."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise LikenessError(f"{req.full_url} sends us on to {newurl}, which is not safe.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _answer(url: str) -> http.client.HTTPResponse:
    address, headers = _without_password(url)
    secure = urllib.request.HTTPSHandler(context=trusting_context())
    opener = urllib.request.build_opener(secure, _SameSafety)
    request = urllib.request.Request(address, headers={"User-Agent": f"Likeness/{VERSION}"})
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    with _network_faults(address):
        return opener.open(request, timeout=TIMEOUT)


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """An address without the name and password in it, and the header that tells them to its server alone."""
    parts = urlsplit(url)
    user, found, host = parts.netloc.rpartition("@")
    if not found:
        return url, {}
    secret = base64.b64encode(unquote(user).encode()).decode()
    return parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {secret}"}


def _save(answer: http.client.HTTPResponse, path: Path, received: Received) -> None:
    host = urlsplit(answer.url).hostname or answer.url
    length = answer.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    done = 0
    with path.open("xb") as stream:
        while block := _next_block(answer):
            done += len(block)
            if max(done, total or 0) > LARGEST:
                raise LikenessError(f"{answer.url} is larger than {LARGEST / 1e6:.0f} MB, so it is not what we want.")
            stream.write(block)
            received(done, total)
    if total is not None and done < total:
        raise LikenessError(f"{host} sent {done / 1e6:.1f} of {total / 1e6:.1f} MB and then ended: try again.")


def _next_block(answer: http.client.HTTPResponse) -> bytes:
    with _network_faults(answer.url):
        return answer.read(BLOCK)


@contextlib.contextmanager
def _network_faults(url: str) -> Iterator[None]:
    host = urlsplit(url).hostname or url
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        meaning = http.client.responses.get(error.code, "")  # the server's own words may be many lines
        raise LikenessError(f"{meaning_of_status(error.code, host)} (It answers {error.code} {meaning}.)") from error
    except urllib.error.URLError as error:
        reason = error.reason if isinstance(error.reason, BaseException) else error
        raise LikenessError(meaning_of_error(reason, host, proxy_for(url))) from error
    except TimeoutError as error:
        raise LikenessError(meaning_of_error(error, host)) from error
    except (http.client.HTTPException, OSError) as error:
        raise LikenessError(f"The connection to {host} broke off: try again.") from error


@contextlib.contextmanager
def _disk_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise LikenessError(DISK_FULL) from error
        raise LikenessError(f"{path} cannot be written: {error.strerror or error}.") from error
