"""Certificates for servers on loopback, good ones and bad ones, from the tests' own authority.

The clock of a test may be moved; TLS looks at the machine's own.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ENDED = datetime(2021, 1, 1, tzinfo=UTC)
_BEGINS, _ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """The files of a certificate and of its key."""

    certificate: Path
    key: Path


@dataclass
class Authority:
    """Signs; whoever believes `file` believes what it signed."""

    folder: Path
    name: str = "Test authority"

    @cached_property
    def file(self) -> Path:
        """Its own certificate, as PEM."""
        made = _certificate(self.name, self._key, self.name)
        made = made.add_extension(x509.BasicConstraints(True, None), critical=True)
        return _kept(self.folder / f"{self.name}.pem", made, self._key)

    def signs(self, *names: str, ends: datetime = _ENDS) -> Pair:
        """A certificate for a server of these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(names[0], key, self.name, ends).add_extension(
            x509.SubjectAlternativeName([_name(each) for each in names]), critical=False
        )
        place = f"{self.folder}/{self.name}-{names[0]}-{ends.year}"
        certificate = _kept(Path(f"{place}.pem"), made, self._key)
        return Pair(certificate, _kept_key(Path(f"{place}.key"), key))

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, ends: datetime = _ENDS
) -> x509.CertificateBuilder:
    begun = x509.CertificateBuilder().issuer_name(_called(issuer)).subject_name(_called(name))
    begun = begun.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return begun.not_valid_before(_BEGINS).not_valid_after(ends)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _kept(file: Path, made: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> Path:
    signed = made.sign(key, hashes.SHA256())
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return file


def _kept_key(file: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    none = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))
    return file


def _name(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    return x509.DNSName(name)
