"""Sealed originals (密封原文): what masking took out of a ticket, encrypted, for the few who may look with a reason.

AES-SIV under a key derived from the house's secret, bound to the ticket's number: the same record seals to the same
text, a sealed text moved to another ticket does not open, and without the secret file it is noise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from classify.ticket import InputError

_PURPOSE: Final = b"jiesu sealed originals 1"
"""Keeps this key apart from the one of the caller's hash, which comes from the same secret."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One value that masking took out: ``field`` of the record, ``kind`` a key of ``masking.TAGS`` or caller_phone,
    caller_name; pieces of a field are in the order of their tags."""

    field: str
    kind: str
    value: str


def seal(pieces: Sequence[Piece], ticket_no: str, secret: bytes) -> str | None:
    """The pieces as one sealed text; None when there are none."""
    if not pieces:
        return None
    plain = json.dumps([[one.field, one.kind, one.value] for one in pieces], ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(_cipher(secret).encrypt(plain.encode("utf-8", "replace"), [ticket_no.encode()])).decode()


def unseal(sealed: str, ticket_no: str, secret: bytes) -> list[Piece]:
    """What :func:`seal` was given. Raises InputError when secret or ticket is another, or the text was changed."""
    try:
        plain = _cipher(secret).decrypt(base64.b64decode(sealed), [ticket_no.encode()])
    except (InvalidTag, ValueError) as error:
        raise InputError("密封的内容打不开", allowed="入库时所用的密钥文件") from error
    return [Piece(field, kind, value) for field, kind, value in json.loads(plain)]


def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(hmac.new(secret, _PURPOSE, hashlib.sha512).digest())
