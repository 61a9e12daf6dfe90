"""A certificate authority of one's own: a root, and certificates of servers that it vouches for. EC P-256."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 3653
SERVER_DAYS = 397  # what browsers take at most of a public authority; a year, and a month to renew in
_AGO = timedelta(hours=1)  # clocks of devices go wrong
_LONGEST_NAME = 64  # of a common name


class Signed(NamedTuple):
    """A certificate and its private key, as PEM."""

    certificate: str
    key: str


def root(name: str, now: datetime) -> Signed:
    """A new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = _certificate(subject, subject, key.public_key(), now, ROOT_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return _signed(builder, key, key)


def server(authority: Signed, names: Sequence[str], now: datetime, days: int = SERVER_DAYS) -> Signed:
    """A certificate of the server that is reached under these host names and addresses; raises ValueError."""
    alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
    issuer = x509.load_pem_x509_certificate(authority.certificate.encode())
    issuing = serialization.load_pem_private_key(authority.key.encode(), None)
    if not isinstance(issuing, ec.EllipticCurvePrivateKey):
        raise ValueError("the key of the authority is no EC key")  # noqa: TRY004 - it came out of a file
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _certificate(_name(names[0]), issuer.subject, key.public_key(), now, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(alternatives, critical=False)
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key())
    return _signed(builder.add_extension(by, critical=False), key, issuing)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _AGO)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _signed(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, issuing: ec.EllipticCurvePrivateKey
) -> Signed:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    certificate = builder.sign(issuing, hashes.SHA256()).public_bytes(encoding)
    return Signed(certificate.decode(), key.private_bytes(encoding, form, serialization.NoEncryption()).decode())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_NAME])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        labels = name.removeprefix("*.").split(".")
        if not all(label.isascii() and label.replace("-", "").isalnum() for label in labels):
            raise ValueError(f"no host name and no address: {name!r}") from None
        return x509.DNSName(name)


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
