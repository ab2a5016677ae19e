"""Reads what ``ansible-vault`` has encrypted: formats 1.1 and 1.2, cipher AES256.

::

    $ANSIBLE_VAULT;1.2;AES256;prod          header; the vault id only in 1.2
    6138316432…                             hex of three lines, each hex again:
                                            salt, HMAC-SHA256 of the encrypted text, encrypted text

From the password and the salt PBKDF2 (SHA-256, 10,000 rounds) makes the key of AES-256 in counter
mode, the key of the HMAC and the counter's start. The text is padded as in PKCS #7.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from drplan.errors import InvalidInput, LoginFailed

MAGIC = "$ANSIBLE_VAULT"

_ROUNDS = 10_000
_KEY_BYTES = 32
_BLOCK_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Envelope:
    """The parts of an encrypted text."""

    salt: bytes
    signature: bytes
    encrypted: bytes = field(repr=False)


def is_vault(text: str) -> bool:
    """Whether ``text`` is one that ``ansible-vault`` has encrypted."""
    return text.lstrip("\ufeff \t\r\n").startswith(f"{MAGIC};")


def decrypt(text: str, password: str, *, where: str) -> str:
    """The plain text inside ``text``; ``where`` says in messages where it stands.

    Raises ``LoginFailed`` where the password is not the right one, ``InvalidInput`` where the text
    is damaged or of a format that is not known.
    """
    envelope = _open(text, where)
    derived = hashlib.pbkdf2_hmac(
        "sha256", password.encode(), envelope.salt, _ROUNDS, 2 * _KEY_BYTES + _BLOCK_BYTES
    )
    key, signing = derived[:_KEY_BYTES], derived[_KEY_BYTES : 2 * _KEY_BYTES]
    expected = hmac.digest(signing, envelope.encrypted, "sha256")
    if not hmac.compare_digest(expected, envelope.signature):
        raise LoginFailed(
            "the vault password does not open it",
            where=where,
            next_step="give the password that ansible-vault encrypted it with",
        )
    decryptor = Cipher(algorithms.AES(key), modes.CTR(derived[-_BLOCK_BYTES:])).decryptor()
    unpadder = padding.PKCS7(_BLOCK_BYTES * 8).unpadder()
    try:
        padded = decryptor.update(envelope.encrypted) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode("utf-8-sig")
    except ValueError:
        # The reason would quote bytes of the secret.
        raise _damaged(where, "what was encrypted is no UTF-8 text") from None


def _open(text: str, where: str) -> _Envelope:
    header, *lines = text.strip("\ufeff \t\r\n").splitlines()
    _, version, cipher, *_ = [*(part.strip() for part in header.split(";")), "", "", ""]
    if version not in {"1.1", "1.2"} or cipher != "AES256":
        raise InvalidInput(
            f"encrypted in a form that is not known here: {header.strip()}",
            where=where,
            next_step="encrypt it anew with a current ansible-vault",
        )
    try:
        # Inside YAML each line is indented.
        inner = binascii.unhexlify("".join(line.strip() for line in lines))
        salt, signature, encrypted = (binascii.unhexlify(it) for it in inner.split(b"\n", 2))
    except ValueError:
        raise _damaged(where, "lines are missing or were changed") from None
    return _Envelope(salt, signature, encrypted)


def _damaged(where: str, what: str) -> InvalidInput:
    return InvalidInput(
        f"the encrypted text is damaged: {what}",
        where=where,
        next_step="encrypt it anew with ansible-vault",
    )
