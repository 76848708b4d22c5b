"""Fetching one file over HTTPS, with the standard library: certificates are checked, and a failure leaves nothing."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from ...errors import LikenessError
from ...replacing import fresh_file
from ...version import VERSION

TIMEOUT = 30.0  # seconds without a byte
LARGEST = 1 << 29  # bytes
BLOCK = 1 << 18

Received = Callable[[int, int | None], None]  # bytes so far and, where the server says so, of how many


def download(url: str, path: Path, received: Received = lambda done, total: None) -> None:
    """Fetch ``url`` into a new file.

    ``received`` is called after every block; whatever it raises ends the download. After any failure there is no file.

    Raises:
        LikenessError: no connection, an untrusted certificate, a refusal, a body that is too long or ends too early,
            or a disk that does not take it.
    """
    with _answer(url) as answer, _disk_faults(path), fresh_file(path) as fresh:
        _save(answer, fresh, url, received)


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but from an encrypted address only to encrypted ones."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise LikenessError(f"{req.full_url} sends us on to {newurl}, which is not safe.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _answer(url: str) -> http.client.HTTPResponse:
    host = urlsplit(url).hostname or url
    secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(secure, _SameSafety)
    request = urllib.request.Request(url, headers={"User-Agent": f"Likeness/{VERSION}"})
    with _network_faults(host):
        return opener.open(request, timeout=TIMEOUT)


def _save(answer: http.client.HTTPResponse, path: Path, url: str, received: Received) -> None:
    host = urlsplit(url).hostname or url
    length = answer.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    done = 0
    with path.open("xb") as stream:
        while block := _next_block(answer, host):
            done += len(block)
            if max(done, total or 0) > LARGEST:
                raise LikenessError(f"{url} is larger than {LARGEST / 1e6:.0f} MB, so it is not what we want.")
            stream.write(block)
            received(done, total)
    if total is not None and done < total:
        raise LikenessError(f"{host} sent {done / 1e6:.1f} of {total / 1e6:.1f} MB and then ended: try again.")


def _next_block(answer: IO[bytes], host: str) -> bytes:
    with _network_faults(host):
        return answer.read(BLOCK)


@contextlib.contextmanager
def _network_faults(host: str) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        meaning = http.client.responses.get(error.code, "")  # the server's own words may be many lines
        raise LikenessError(f"{host} answers {error.code} {meaning}: try again later.") from error
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise LikenessError(f"{host} has no certificate that can be trusted ({reason.verify_message}).") from error
        words = getattr(reason, "strerror", None) or reason
        raise LikenessError(f"{host} cannot be reached ({words}): is this machine online?") from error
    except TimeoutError as error:
        raise LikenessError(f"{host} sends nothing any more: try again later.") from error
    except (http.client.HTTPException, OSError) as error:
        raise LikenessError(f"The connection to {host} broke off: try again.") from error


@contextlib.contextmanager
def _disk_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LikenessError(f"{path} cannot be written: {error.strerror or error}.") from error
