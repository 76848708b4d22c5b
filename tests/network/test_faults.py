"""Every reason for which the network gives nothing has its sentence, whoever meets it."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from likeness.network import faults
from likeness.network.faults import meaning_of_error, meaning_of_output, meaning_of_status

HOST = "example.org"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (socket.gaierror(-2, "Name or service not known"), faults.NO_NAME),
        (ConnectionRefusedError(111, "Connection refused"), faults.REFUSED),
        (TimeoutError("timed out"), faults.TIMED_OUT),
        (ConnectionResetError(104, "Connection reset by peer"), faults.BROKEN_OFF),
        (ssl.SSLCertVerificationError("self-signed certificate"), faults.CERTIFICATE),
        (ssl.SSLCertVerificationError("certificate verify failed: certificate has expired"), faults.EXPIRED),
        (OSError("Tunnel connection failed: 407 Proxy Authentication Required"), faults.PROXY_PASSWORD),
        (OSError("Tunnel connection failed: 403 Forbidden"), faults.PROXY),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), faults.UNREACHABLE),
        (OSError(errno.ENOSPC, "No space left on device"), faults.DISK_FULL),
    ],
)
def test_what_we_meet(error: OSError, sentence: str) -> None:
    assert meaning_of_error(error, HOST) == sentence.format(source=HOST)


def test_the_proxy_is_blamed_where_it_was_asked() -> None:
    assert meaning_of_error(socket.gaierror(), HOST, "proxy.company").startswith(
        "The proxy proxy.company cannot be found"
    )
    assert meaning_of_error(ssl.SSLCertVerificationError(), HOST, "proxy.company").startswith("example.org shows")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        *((401, faults.FORBIDDEN), (403, faults.FORBIDDEN), (404, faults.ABSENT), (410, faults.ABSENT)),
        *((407, faults.PROXY_PASSWORD), (500, faults.SERVER), (503, faults.SERVER)),
    ],
)
def test_what_is_answered(status: int, sentence: str) -> None:
    assert meaning_of_status(status, HOST) == sentence.format(source=HOST)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        # uv
        ("dns error\n cause: failed to lookup address information: Name or service not known", faults.NO_NAME),
        ("cause: tcp connect error\n cause: Connection refused (os error 111)", faults.REFUSED),
        (
            "No connection could be made because the target machine actively refused it. (os error 10061)",
            faults.REFUSED,
        ),
        ("cause: invalid peer certificate: UnknownIssuer", faults.CERTIFICATE),
        ("cause: invalid peer certificate: Expired", faults.EXPIRED),
        ("cause: tunnel error: proxy authorization required", faults.PROXY_PASSWORD),
        ("cause: tunnel error: unsuccessful", faults.PROXY),
        ("cause: HTTP status client error (404 Not Found) for url (https://example.org/x)", faults.ABSENT),
        ("cause: HTTP status client error (403 Forbidden) for url (https://example.org/x)", faults.FORBIDDEN),
        ("cause: HTTP status server error (503 Service Unavailable) for url (https://example.org)", faults.SERVER),
        ("cause: operation timed out", faults.TIMED_OUT),
        ("cause: No space left on device (os error 28)", faults.DISK_FULL),
        ("cause: There is not enough space on the disk. (os error 112)", faults.DISK_FULL),
        # pip
        ("NameResolutionError(\"<x>: Failed to resolve 'pypi.org'\")", faults.NO_NAME),
        (
            "NewConnectionError('<x>: Failed to establish a new connection: [Errno 111] Connection refused')",
            faults.REFUSED,
        ),
        (
            "NewConnectionError('<x>: Failed to establish a new connection: [Errno 101] Unreachable')",
            faults.UNREACHABLE,
        ),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate'))", faults.CERTIFICATE),
        (
            "ProxyError('x', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))",
            faults.PROXY_PASSWORD,
        ),
        ("ProxyError('Cannot connect to proxy.', ConnectionRefusedError(111, 'Connection refused'))", faults.PROXY),
        ("ReadTimeoutError(\"HTTPSConnectionPool(host='x', port=443): Read timed out.\")", faults.TIMED_OUT),
        ("ERROR: HTTP error 404 while getting x\nERROR: 404 Client Error: Not Found for url: x", faults.ABSENT),
        ("OSError: [Errno 28] No space left on device", faults.DISK_FULL),
        ("all is well", ""),
    ],
)
def test_what_programs_write(output: str, sentence: str) -> None:
    assert meaning_of_output(output, HOST) == sentence.format(source=HOST)


def test_every_sentence_says_what_to_do() -> None:
    """And stands by itself."""
    sentences = [text for name, text in vars(faults).items() if name.isupper() and not name.startswith("_")]
    assert len(sentences) >= 12
    for text in sentences:
        assert text.endswith(".")
        assert any(f"{word} " in text for word in ("check", "try", "name", "write", "make", "update")), text
