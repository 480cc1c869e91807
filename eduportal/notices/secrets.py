"""Passwords of other services, enciphered with the portal's secret key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Keys for different uses must differ, though they come from one secret.
PURPOSE = b"eduportal.sender"


class Undecipherable(Exception):
    """It was enciphered with another secret key."""


def enciphered(text: str, key: str) -> str:
    """What is stored of a secret."""
    return _cipher(key).encrypt(text.encode()).decode()


def deciphered(stored: str, key: str) -> str:
    """The secret; raises Undecipherable where the key is not the one it was stored with."""
    try:
        return _cipher(key).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def _cipher(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
