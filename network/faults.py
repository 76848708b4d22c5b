"""Why the network gave nothing, as a sentence that says what to do: one for each kind of fault.

What our own downloads meet comes as exceptions, what pip and uv meet as lines of their output.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl

NO_NAME = (
    "{source} cannot be found: check the internet connection. "
    "Where the internet is behind a proxy, name that in HTTPS_PROXY and start again."
)
REFUSED = "{source} refuses the connection: check the internet connection and the firewall, and try again."
UNREACHABLE = "{source} cannot be reached: check the internet connection and try again."
TIMED_OUT = "{source} does not answer in time: try again later."
BROKEN_OFF = "The connection to {source} broke off: try again."
CERTIFICATE = (
    "{source} shows a certificate that this computer does not trust: "
    "name the file of your company's certificates in SSL_CERT_FILE and start again."
)
EXPIRED = "The certificate of {source} is not valid today: check the date and the time of this computer, and try again."
PROXY_PASSWORD = (
    "The proxy asks for a name and a password: "
    "write them into HTTPS_PROXY, like http://name:password@proxy:8080, and start again."
)
PROXY = "The proxy lets nothing through to {source}: check HTTPS_PROXY and the proxy of the system's settings."
ABSENT = "{source} does not have the file any more: update Likeness, or check the address of your mirror."
FORBIDDEN = "{source} does not give the file to us: check the name and password of your mirror, and the firewall."
SERVER = "{source} has a fault of its own: try again later."
DISK_FULL = "The disk is full: make room on it and try again."

_STATUS = {401: FORBIDDEN, 403: FORBIDDEN, 404: ABSENT, 407: PROXY_PASSWORD, 410: ABSENT, 451: FORBIDDEN}
_OF_SYSTEM = (
    (socket.gaierror, NO_NAME),
    (ConnectionRefusedError, REFUSED),
    (TimeoutError, TIMED_OUT),
    (ConnectionError, BROKEN_OFF),
)
# What the output of pip and uv says; the first that fits.
_OUTPUT = (
    (r"No space left on device|not enough space on the disk|os error (?:28|112)\b", DISK_FULL),
    (r"(?i)certificate has expired|certificate is not yet valid|peer certificate: (?:Expired|NotValidYet)", EXPIRED),
    (r"CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate|UnknownIssuer", CERTIFICATE),
    (r"(?i)407 Proxy|proxy authorization required|proxy authentication required", PROXY_PASSWORD),
    (r"(?i)ProxyError|tunnel error|unsuccessful tunnel|Tunnel connection failed|proxy.*(?:refused|failed)", PROXY),
    (r"(?i)NameResolutionError|dns error|failed to lookup address|Name or service not known|getaddrinfo", NO_NAME),
    (r"(?i)Connection refused|actively refused", REFUSED),
    (r"(?i)\b(?:404 (?:Not Found|Client Error)|410 Gone)\b", ABSENT),
    (r"(?i)\b(?:401 Unauthorized|403 Forbidden|40[13] Client Error)\b", FORBIDDEN),
    (r"(?i)\b50\d (?:Internal|Bad Gateway|Service|Gateway|Server Error)", SERVER),
    (r"(?i)timed out|ConnectTimeout|ReadTimeout|os error (?:110|10060)\b", TIMED_OUT),
    (r"(?i)ConnectionReset|error decoding response body|Connection reset|IncompleteRead", BROKEN_OFF),
    (r"NewConnectionError|Failed to establish|error sending request", UNREACHABLE),
)


def meaning_of_error(error: BaseException, source: str, proxy: str = "") -> str:
    """What an exception of the network or the disk means for a user.

    ``source`` is who was asked, as one says it; ``proxy`` the proxy that was asked for it, which is then who is absent.
    """
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return DISK_FULL
    if tunnel := re.search(r"Tunnel connection failed: (\d+)", str(error)):
        return _filled(PROXY_PASSWORD if tunnel[1] == "407" else PROXY, source)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _filled(EXPIRED if "expired" in str(error) or "not yet valid" in str(error) else CERTIFICATE, source)
    found = next((sentence for kind, sentence in _OF_SYSTEM if isinstance(error, kind)), UNREACHABLE)
    return _filled(found, f"the proxy {proxy}" if proxy else source)


def meaning_of_status(status: int, source: str) -> str:
    """What an answer without a file means, by its HTTP status."""
    return _filled(_STATUS.get(status, SERVER), source)


def meaning_of_output(text: str, source: str) -> str:
    """What the output of a program that downloads means; "" where it tells of no such fault."""
    return _filled(next((sentence for pattern, sentence in _OUTPUT if re.search(pattern, text)), ""), source)


def _filled(sentence: str, source: str) -> str:
    filled = sentence.format(source=source)
    return filled[:1].upper() + filled[1:] if sentence.startswith("{source}") and " " in source else filled
