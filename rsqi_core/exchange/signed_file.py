"""Contributions as files: safetensors with a card, signed with Ed25519 (RFC 8032) by a key of the station."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..errors import OutputError, ParameterError
from ..files.atomic import reason, write_whole
from .contribution import FORMAT, Contribution, ExchangeError, from_card

PUBLIC = ".pub"  # after the name of a private key's file
LARGEST = 64 << 20  # bytes
_CARD, _SIGNATURE = "card", "signature"


def new_key(file: Path) -> Path:
    """Write a new private key, which only its owner may read, and its public key beside it; return the latter's file.

    Raises
    ------
    OutputError
        One of them exists, or cannot be written.
    """
    public = file.with_name(file.name + PUBLIC)
    for each in (file, public):
        if os.path.lexists(each):
            raise OutputError(f"{each} exists already; a key that is replaced cannot be had again")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(private)
        write_whole(
            public,
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        )
    except OSError as error:
        raise OutputError(f"{file}: cannot be written: {error.strerror}") from error
    return public


def write_contribution(file: Path, contribution: Contribution, key: Path) -> None:
    """Write a contribution and sign it; the file appears whole or not at all.

    Raises
    ------
    ParameterError
        The key cannot be read.
    OutputError
        The file cannot be written.
    """
    card = json.dumps(contribution.as_card(), sort_keys=True, ensure_ascii=True)
    change = {name: np.ascontiguousarray(values, np.float32) for name, values in contribution.change.items()}
    signature = _private(key).sign(_message(card, change)).hex()
    write_whole(file, save(change, {_CARD: card, _SIGNATURE: signature}))


def read_contribution(file: Path, trusted: Sequence[Path]) -> tuple[Contribution, Path]:
    """Read a contribution that one of the trusted public keys has signed; return it and the key's file.

    Raises
    ------
    ParameterError
        A key cannot be read.
    ExchangeError
        It is no contribution, nobody trusted has signed it, or what was signed was changed since.
    """
    keys = [_public(key) for key in trusted]
    card, signature, change = _parts(file)
    message = _message(card, change)
    signer = next((path for path, key in zip(trusted, keys) if _has_signed(key, signature, message)), None)
    if signer is None:
        raise ExchangeError("its signature is of none of the trusted keys, or it was changed since it was signed")
    try:
        values = json.loads(card)
    except ValueError as error:
        raise ExchangeError(f"no valid card: {error}") from error
    if not isinstance(values, dict):
        raise ExchangeError("no valid card: no JSON object")
    return from_card(values, change), signer


def _parts(file: Path) -> tuple[str, bytes, dict[str, np.ndarray]]:
    """Return card, signature and arrays as they are stored."""
    try:
        if file.stat().st_size > LARGEST:
            raise ExchangeError(f"is larger than {LARGEST >> 20} MiB")
        with safe_open(str(file), "np") as stored:
            texts: Mapping[str, Any] = stored.metadata() or {}
            names = stored.keys()
            return texts[_CARD], bytes.fromhex(texts[_SIGNATURE]), {name: stored.get_tensor(name) for name in names}
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise ExchangeError(f"is no file of `rsqi exchange export` ({why.splitlines()[0]})") from error


def _message(card: str, change: Mapping[str, np.ndarray]) -> bytes:
    """Return a digest of all that is signed: each part with its length, so that none can pass for another."""
    digest = hashlib.sha512(FORMAT.encode())
    for name in sorted(change):
        head = json.dumps([name, str(change[name].dtype), list(change[name].shape)]).encode()
        for part in (head, np.ascontiguousarray(change[name]).tobytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    digest.update(card.encode())
    return digest.digest()


def _has_signed(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ParameterError(f"{file}: is no private key that can be used ({reason(error)})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ParameterError(f"{file}: is no Ed25519 key; make one with `rsqi exchange key FILE`")
    return key


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise ParameterError(f"{file}: is no public key ({reason(error)})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ParameterError(f"{file}: is no Ed25519 key; make one with `rsqi exchange key FILE`")
    return key
