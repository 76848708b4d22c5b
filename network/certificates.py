"""Whose certificates are trusted: the file that the user names, else what this computer trusts.

Blender's Python looks for certificates where they were on the computer it was built on, pip brings its own, and uv too.
A company that looks into its connections has put its certificate into the system's store, where neither of them looks.
"""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from ..errors import LikenessError

# What OpenSSL, requests, curl and pip call the file; the first that is set holds.
NAMES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")
# Where the systems keep theirs: Debian and Arch, Fedora, openSUSE, Alpine and macOS.
_BUNDLES = (
    *("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"),
    *("/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"),
)
# What an administrator alone can add to; the user's own keychain holds all sorts of things.
_KEYCHAINS = (
    "/System/Library/Keychains/SystemRootCertificates.keychain",
    "/Library/Keychains/System.keychain",
)
_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
_KEYCHAIN_TIMEOUT_S = 20.0


def named_certificates() -> Path | None:
    """The file, or folder, of certificates that the user names in the environment, if any.

    Raises:
        LikenessError: there is none of that name.
    """
    for name in filter(os.environ.get, NAMES):
        path = Path(os.environ[name])
        if not path.exists():
            raise LikenessError(f"{name} names {path}, which does not exist: correct it and start again.")
        return path
    return None


def trusting_context() -> ssl.SSLContext:
    """What checks the certificate of a server: it trusts whom the user names, else whom this computer trusts.

    Python 3.13 has become stricter about form than the makers of companies' certificates are: that is not asked here.

    Raises:
        LikenessError: what the user names is no file of certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named = named_certificates()
    if named is None:
        _trust_the_system(context)
        return context
    try:
        if named.is_dir():
            context.load_verify_locations(capath=named)
        else:
            context.load_verify_locations(named)
    except OSError as error:  # an SSLError is one
        raise LikenessError(f"{named} cannot be read as a file of certificates: name another one.") from error
    return context


def write_certificates(path: Path) -> bool:
    """Whom this computer trusts into a file of PEM, for programs that do not ask it; whether there was anyone."""
    certificates = trusting_context().get_ca_certs(binary_form=True)
    if certificates:
        path.write_text("".join(map(ssl.DER_cert_to_PEM_cert, certificates)), encoding="ascii")
    return bool(certificates)


def _trust_the_system(context: ssl.SSLContext) -> None:
    context.set_default_verify_paths()
    for bundle in _BUNDLES:
        _load(context, file=bundle)
    if sys.platform == "win32":
        _trust_windows(context)
    if sys.platform == "darwin":
        _load(context, text=_in_keychains())
    # Windows fetches many of its roots only when its own programs want them; Blender brings these.
    if (certifi := find_spec("certifi")) and certifi.origin:
        _load(context, file=str(Path(certifi.origin).with_name("cacert.pem")))


def _trust_windows(context: ssl.SSLContext) -> None:
    """One by one: a damaged one, as there are in some people's store, is not to take the others along."""
    if sys.platform == "win32":
        for store in ("ROOT", "CA"):
            for certificate, encoding, purposes in ssl.enum_certificates(store):
                if encoding == "x509_asn" and (purposes is True or _SERVER_AUTHENTICATION in purposes):
                    _load(context, text=certificate)


def _in_keychains() -> str:
    """What an administrator of a Mac has put into its keychain, which OpenSSL does not read."""
    command = ["/usr/bin/security", "find-certificate", "-a", "-p", *_KEYCHAINS]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_KEYCHAIN_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("ascii", "replace")


def _load(context: ssl.SSLContext, file: str | None = None, text: str | bytes | None = None) -> None:
    with contextlib.suppress(OSError, ValueError):  # absent, or damaged: the others count
        context.load_verify_locations(file, cadata=text)
