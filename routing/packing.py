"""Fingerprints packed into arrays, so that pairs are scored by compiled code: one row a ticket, fixed widths."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from routing.entities import HEAD, MAX_NAMES, SUBJECTS, Name, names_in, tag
from routing.fingerprint import BLOOM, CODES, GRAMS, SKETCH, TERMS, Fingerprint
from routing.rarity import KIND_WEIGHT, prefix_weights, word_weight

CHARS: Final = 16
"""Characters of a name that are compared."""

KINDS: Final = tuple(KIND_WEIGHT)
PLACES: Final = frozenset({"estate", "school", "company", "village", "route", "venue", "quoted"})
"""Kinds that say where or against whom on their own; a road only together with the matter."""

LINE: Final = ("号线", "河", "河道")
"""A metro line or a river is as long as a road: it says where only together with the matter."""

_CODE: Final = re.compile(r"[a-z0-9]+")
_NUMBERED: Final = re.compile(r"\d")
_LETTERS: Final = re.compile(r"[A-Za-z]\d*[市区县]")

GATES: Final = "99"
"""First level of what is no matter of the city (不予受理, 无实质内容): two such tickets share nothing by it."""

PLACE: Final = 4
"""Bit of ``name_flag``: the name says where or against whom by itself."""

RECURS: Final = 8
"""Bit of ``signs``: the likeliest matter arises anew on a road (:data:`PASSING`)."""

STILL: Final = 16
YEARS: Final = 32
CROWD: Final = 64
"""Bits of ``signs``: nothing was done; it has gone on for years; it speaks for ten people or more."""

SIGNS: Final = {1: "ask", 2: "chase", 4: "claim", STILL: "still", YEARS: "years", CROWD: "crowd"}
"""Bits of ``signs`` and the marks of a fingerprint."""

MANY: Final = 10
"""People of 群体性 (handbook §2.8)."""

PASSING: Final = ("01", "02", "03", "07", "08", "10")
"""Their first levels: 市容环卫, 市政设施, 园林绿化, 交通, 治安噪声, 市场. What is built, owned or owed lasts."""

Array = NDArray[Any]


class Packed(NamedTuple):
    """Arrays with one row a ticket; ``*_n`` says how many columns of a row are used, hashes of a row ascend.

    ``name_flag`` has bit 1 title, 2 subject, 4 place, 8 road, 16 area; ``name_code`` the hash of what is numbered in a
    name, 0 for none; ``district`` hash, first letter (0 for a real district) and whether it is below a city; ``time``
    in seconds; ``signs`` has the bits of :data:`SIGNS` and RECURS.
    """

    title: Array
    title_w: Array
    title_n: Array
    body: Array
    body_w: Array
    body_n: Array
    bloom: Array
    sketch: Array
    sketch_n: Array
    names: Array
    name_len: Array
    name_kind: Array
    name_flag: Array
    name_times: Array
    name_w: Array
    name_code: Array
    name_n: Array
    head: Array
    head_len: Array
    head_w: Array
    head_proper: Array
    poi: Array
    poi_len: Array
    poi_sure: Array
    code: Array
    code_top: Array
    code_p: Array
    code_n: Array
    caller: Array
    exact: Array
    size: Array
    district: Array
    street: Array
    time: Array
    signs: Array


def empty(n: int) -> Packed:
    """Rows of zeros for ``n`` tickets."""
    # Counts are signed: compiled code makes a float of an unsigned and a signed number together.
    z, i1, u4, f4 = np.zeros, np.int8, np.uint32, np.float32
    return Packed(
        title=z((n, GRAMS), u4), title_w=z((n, GRAMS), f4), title_n=z(n, i1),
        body=z((n, TERMS), u4), body_w=z((n, TERMS), f4), body_n=z(n, i1),
        bloom=z((n, BLOOM // 8), np.uint8), sketch=z((n, SKETCH), u4), sketch_n=z(n, i1),
        names=z((n, MAX_NAMES, CHARS), np.int32), name_len=z((n, MAX_NAMES), i1), name_kind=z((n, MAX_NAMES), i1),
        name_flag=z((n, MAX_NAMES), i1), name_times=z((n, MAX_NAMES), i1), name_w=z((n, MAX_NAMES), f4),
        name_code=z((n, MAX_NAMES), np.int64), name_n=z(n, i1),
        head=z((n, HEAD), np.int32), head_len=z(n, i1), head_w=z((n, HEAD), f4), head_proper=z(n, i1),
        poi=z((n, CHARS), np.int32), poi_len=z(n, i1), poi_sure=z(n, i1),
        code=z((n, CODES), u4), code_top=z((n, CODES), u4), code_p=z((n, CODES), f4), code_n=z(n, i1),
        caller=z(n, np.uint64), exact=z(n, u4), size=z(n, np.int32), district=z((n, 3), np.int64), street=z(n, u4),
        time=z(n, np.float64), signs=z(n, i1),
    )  # fmt: skip


def pack(prints: Sequence[Fingerprint]) -> Packed:
    """The arrays of some fingerprints, row by row in their order."""
    packed = empty(len(prints))
    for i, one in enumerate(prints):
        _words(packed, i, one)
        _names(packed, i, one.names)
        _facts(packed, i, one)
    return packed


def _words(packed: Packed, i: int, one: Fingerprint) -> None:
    title = {gram: word_weight(gram) for gram in one.title if gram}
    packed.title_n[i] = _vector(packed.title, packed.title_w, i, title)
    body = {word: (1 + math.log(n)) * word_weight(word) for word, n in one.body}
    packed.body_n[i] = _vector(packed.body, packed.body_w, i, body)
    packed.bloom[i] = np.frombuffer(one.pairs.to_bytes(BLOOM // 8, "little"), np.uint8)
    packed.sketch[i, : len(one.sketch)] = one.sketch
    packed.sketch_n[i] = len(one.sketch)


def _vector(hashes: Array, weights: Array, i: int, vector: dict[int, float]) -> int:
    norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    words = sorted(vector)
    hashes[i, : len(words)] = words
    weights[i, : len(words)] = [vector[word] / norm for word in words]
    return len(words)


def _names(packed: Packed, i: int, names: tuple[Name, ...]) -> None:
    for k, name in enumerate(names):
        packed.name_len[i, k] = _chars(packed.names[i, k], name.core)
        packed.name_kind[i, k] = KINDS.index(name.kind)
        long = name.kind == "road" or name.core.endswith(LINE)
        packed.name_flag[i, k] = (
            name.title
            | 2 * (name.kind in SUBJECTS)
            | PLACE * (name.kind in PLACES and not long)
            | 8 * long
            | 16 * (name.kind == "area")
        )
        packed.name_times[i, k] = min(name.n, 9)
        packed.name_w[i, k] = KIND_WEIGHT["road" if long else name.kind]
        if _NUMBERED.search(name.core):
            packed.name_code[i, k] = crc32("|".join(_CODE.findall(name.core)).encode()) or 1
    packed.name_n[i] = len(names)


def _facts(packed: Packed, i: int, one: Fingerprint) -> None:
    packed.head_len[i] = _chars(packed.head[i], one.head)
    weights = prefix_weights(one.head)
    packed.head_w[i, 1 : len(weights) + 1] = weights
    packed.head_proper[i] = one.proper
    packed.poi_len[i] = _chars(packed.poi[i], one.poi.lower() if one.poi else "")
    packed.poi_sure[i] = one.poi is not None and is_one_place(one.poi)
    matters = [(code, percent) for code, percent in one.codes if not code.startswith(GATES)]
    for k, (code, percent) in enumerate(matters):
        packed.code[i, k], packed.code_top[i, k] = crc32(code.encode()), crc32(code[:2].encode())
        packed.code_p[i, k] = math.sqrt(percent / 100.0)
    packed.code_n[i] = len(matters)
    packed.caller[i] = _number(one.caller)
    packed.exact[i], packed.size[i] = one.exact, one.size
    if one.district:
        lettered = _LETTERS.match(one.district) is not None
        packed.district[i] = (
            crc32(one.district.encode()) or 1, ord(one.district[0]) if lettered else 0, len(one.district) > 2
        )  # fmt: skip
    packed.street[i] = (crc32(one.street.encode()) or 1) if one.street else 0
    packed.time[i] = one.received_at.timestamp()
    packed.signs[i] = sum(bit for bit, sign in SIGNS.items() if sign in one.marks)
    if matters and matters[0][0].startswith(PASSING):
        packed.signs[i] |= RECURS
    if (one.people or 0) >= MANY:
        packed.signs[i] |= CROWD


@lru_cache(maxsize=1 << 16)
def is_one_place(poi: str) -> bool:
    """Whether a place of the gazetteer is one place: 春晓公馆 is; 养老公寓 is a kind of place, 花园路 is long."""
    return not poi.endswith(("路", "街", "大道", *LINE)) and any(kind in PLACES for _, kind in names_in(tag(poi), poi))


def _chars(row: Array, text: str) -> int:
    some = [ord(char) for char in text[:CHARS]][: len(row)]
    row[: len(some)] = some
    return len(some)


def _number(caller: str | None) -> int:
    """64 bits of the caller's keyed hash; 0 when unknown."""
    if not caller:
        return 0
    try:
        return int(caller, 16) or 1
    except ValueError:  # a key that is no hash: tests and foreign systems
        return (crc32(caller.encode()) << 32 | crc32(caller[::-1].encode())) or 1
