"""The operator's Ed25519 key (RFC 8032): the only file that knows the package that signs."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)


class KeyFault(ValueError):  # noqa: N818 - a sentence for the operator
    """What is wrong with a key's file. It never repeats the key."""


class SigningKey:
    """A private key. `public`: its public key, 64 hexadecimal digits."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, data: bytes) -> str:
        """128 hexadecimal digits."""
        return self._key.sign(data).hex()

    def public_pem(self) -> bytes:
        """The public key for those who verify."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def new_key(path: Path) -> SigningKey:
    """A new key in a file that only its owner reads. KeyFault where the file exists or cannot be written."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
    except OSError as error:
        raise KeyFault(f"“{path}” cannot be written: {error.strerror or error}") from error
    return SigningKey(key)


def key_of(path: Path) -> SigningKey:
    """The key of a PEM file without a password. KeyFault."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise KeyFault(f"“{path}” cannot be read: {error.strerror or error}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFault(f"“{path}” is no private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFault(f"“{path}” is no Ed25519 key")
    return SigningKey(key)


def public_of(path: Path) -> str:
    """The public key of a PEM file, as 64 hexadecimal digits. KeyFault."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise KeyFault(f"“{path}” cannot be read: {error.strerror or error}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFault(f"“{path}” is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFault(f"“{path}” is no Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def is_signed(public: str, signature: str, data: bytes) -> bool:
    """Whether a signature in hexadecimal, in its one spelling, is this key's over these bytes."""
    try:
        key, given = bytes.fromhex(public), bytes.fromhex(signature)
        if key.hex() != public or given.hex() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(given, data)
    except (ValueError, InvalidSignature):
        return False
    return True
