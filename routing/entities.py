"""Names in a complaint (estate, company, school, road, village): the evidence that two tickets mean the same thing.

A name is found without a gazetteer, because most estates, shops and firms are in none: the text is cut into words
(rjieba, no HMM, so that the result is the same everywhere), and a name is a run of nominal words that ends in a word
of a kind (小区, 公司, 中学, 大道 …) and begins after a cue (投诉, 位于, A3区 …), a verb or a mark. Names in quotation
marks count as well. How a title begins (its *head*) stands in for names that carry none ("温斯顿英语", "58车贷").
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import rjieba

DATA: Final = Path(__file__).parent / "data" / "packs" / "base"

SUBJECTS: Final = frozenset({"estate", "venue", "school", "company", "road", "village", "route", "class"})
"""Kinds that can be what a ticket is about; ``area`` (街道, 镇) only supports."""

_STOP_TAGS: Final = frozenset("vpcudryatfqwxeokz")
"""First letters of the word classes that end a name when the word is longer than one character (verbs, marks …)."""

_PROPER: Final = frozenset({"ns", "nz", "nr", "nt", "nrt", "nrfg"})
"""Word classes whose single last character (府, 城, 园) may be the suffix; 政府 and 商城 are plain nouns."""

_PLACE: Final = re.compile(r"[A-Za-z]\d*(?:市区|[市区县])|[\u4e00-\u9fff]{2}省")
"""Anonymised places of the real messages (A市, A3区): borders, not parts, of a name."""

_ROUTE: Final = re.compile(
    r"(?<![\da-z])([a-z]?\d{1,4})\s?路(?=公交|车|改道|班|总站|首|末|司机|延)|(\d{1,2})号线|([国省县]道)\s?(\d{2,4})|(?<![A-Za-z])([GSX]\d{2,4})(?!\d)"
)
_QUOTED: Final = re.compile(r"[“\"「『‘]([^“”\"「」『』‘’,,。;;::!!??\n]{2,12})[”\"」』’]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_ORDINAL: Final = re.compile(r"第[一二三四五六七八九十\d]+")
"""第二(小学) of whom is not said: no name."""

_ROADS: Final = ("路", "街", "大道", "路口", "交汇处", "交叉口")
_HAN_ONLY: Final = re.compile(r"[\u4e00-\u9fff]+")
_AREA_HEAD: Final = re.compile(
    r"^\s*(?:[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,3}市(?=[\u4e00-\u9fff]{1,4}[区县市])|[\u4e00-\u9fff]{1,4}?(?<![小社校园厂])[区县]"
    r"|[\u4e00-\u9fff]{2,7}?(?:街道|镇|乡)(?:办事处)?)"
)
"""Province, city, district and street at the beginning of an address."""

_HOUSE: Final = re.compile(r"[a-z]?\d+(?:号楼|栋|幢|单元|号院|号|室|层|弄|期|区).*|附近$|[a-z]?\d+.*$")
"""House number, building, unit and what follows."""

_SENTENCE: Final = frozenset("被把了着仨您俺恁谁个进扔")
"""Characters that make a run part of a sentence."""

_LINKING: Final = frozenset("被把往从在离着了的得是有没不能也都就还又很太请到于个几住盖走撞跑")
"""Words of one character that no name goes across."""

_LAST: Final = {"路": "road", "街": "road", "村": "village"}
"""Last characters of a word of two that end a name whose middle the word holds."""

_CLASS: Final = re.compile(r"(\d{2,4})班")

MAX_CORE: Final = 10
"""Longest proper part of a name, in characters; longer runs are sentences, not names."""

MAX_NAMES: Final = 10
"""Names kept of one ticket: title first, then by how often the text says them."""

MARKS: Final = ("crowd", "years", "claim", "chase", "still")
"""Groups of words that mark a ticket: 群体性, 多年未决, 职业索赔, 催办, 从未解决."""

HEAD: Final = 10
"""Characters kept of a title's beginning."""

BODY_CHARS: Final = 700
"""Characters of the content that are read for names; what it is about is said early."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name: ``core`` its proper part (compared), ``kind``, ``title`` whether the title says it, ``n`` how often."""

    core: str
    kind: str
    title: bool
    n: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The word lists of entity_terms.csv; ``bare`` are kind words that people leave out as often as not, which are no
    part of the name that is compared; ``road`` are plain words that roads are called by."""

    suffix: dict[str, str]
    bare: frozenset[str]
    generic: frozenset[str]
    cue: frozenset[str]
    common: dict[str, float]
    marks: dict[str, tuple[str, ...]]
    road: frozenset[str] = frozenset()


@cache
def terms(path: Path = DATA / "entity_terms.csv") -> Terms:
    """Reads the lists; the first group of a suffix wins."""
    suffix: dict[str, str] = {}
    bare: set[str] = set()
    generic: set[str] = set()
    cue: set[str] = set()
    common: dict[str, float] = {}
    road: set[str] = set()
    marks: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            group, term = row["group"], row["term"].lower()
            if group == "generic":
                generic.add(term)
            elif group == "bare":
                bare.add(term)
            elif group == "cue":
                cue.add(term)
            elif group == "road_name":
                road.add(term)
            elif group in MARKS:
                marks.setdefault(group, []).append(term)
            elif group == "common":
                common[term] = float(row["p"])
            else:
                suffix.setdefault(term, group)
    return Terms(
        suffix,
        frozenset(bare),
        frozenset(generic),
        frozenset(cue),
        common,
        {mark: tuple(words) for mark, words in marks.items()},
        frozenset(road),
    )


@cache
def _cutter() -> rjieba.Jieba:
    # An own instance: words that others add to the shared one must not change what linking sees.
    return rjieba.Jieba()


def tag(text: str) -> list[tuple[str, str]]:
    """Words with their word class."""
    return _cutter().tag(text, False)


def split_places(text: str) -> str:
    """The text with anonymised place codes replaced by a mark, so that they border names."""
    return _PLACE.sub(" ", text)


def names_in(words: list[tuple[str, str]], raw: str) -> list[tuple[str, str]]:
    """(core, kind) of every name in a cut text, in order, with repetitions."""
    lists = terms()
    found: list[tuple[str, str]] = []
    run: list[str] = []
    for word, word_class in words:
        kind = lists.suffix.get(word)
        if kind is not None and run:
            core = _core(run, lists, kind)
            if core and (core not in lists.suffix or _doubled(core, word, lists)):
                if kind == "area" and found and found[-1][0] in core + word:
                    found.pop()  # 桑梓店|街道, 解放路|街道: no shop, no road
                if kind == "company" and found and found[-1][1] == kind and (core + word).startswith(found[-1][0]):
                    found.pop()  # 战神健身|俱乐部 is one firm, 战神健身|游泳会所 another
                found.append((_short(core, word, kind, lists), kind))
                run = [*run, word] if kind in ("estate", "company", "school") else []
                continue
        if kind is None and len(word) > (1 if run else 2) and (len(word) == 2 or word_class[0] not in _STOP_TAGS):
            ending, inner = _ending(word, lists)
            if ending in ("company", "school") and run and inner in lists.generic and (core := _core(run, lists)):
                found.append((core + word, ending))  # 金鼎|服装厂: the word says what it is, the run whose it is
                run = [*run, word]
                continue
            if ending and (
                len(word) - len(inner) > 1 or word_class in _PROPER or ending in ("road", "village", "area")
            ):
                core = _core([*run, inner], lists, ending)
                if core and core not in lists.suffix:
                    found.append((_short(core, word[len(inner) :], ending, lists), ending))
                    run = [*run, word]
                    continue
        run = [] if _ends(word, word_class, lists) else [*run, word][-6:]
    found += [(match.group(1).strip().lower(), "quoted") for match in _QUOTED.finditer(raw)]
    for match in _ROUTE.finditer(raw):
        tail = "路" if match.group(1) else "号线" if match.group(2) else ""
        found.append(("".join(part for part in match.groups() if part).lower() + tail, "route"))
    found += [(match.group(1) + "班", "class") for match in _CLASS.finditer(raw)]
    return found


def head_of(words: list[tuple[str, str]]) -> tuple[str, bool]:
    """How a title begins once cues and places are off (at most 10 characters), and whether it looks like a proper name.

    A name without a kind word ("58车贷", "温斯顿英语") stands there, after a place; ("", False) for an empty title.
    """
    lists = terms()
    head = ""
    proper = placed = False
    for word, word_class in words:
        if not (word[0].isalnum() or _HAN.match(word)):
            if len(head) >= 3:
                break
            head, proper = "", False
            placed = placed or word[0] == " "
            continue
        place = is_place(word, lists)
        placed = placed or (place and not head)
        if not head and (place or word in lists.cue or word in lists.common or word in lists.generic):
            continue
        if lists.suffix.get(word) == "area" or (len(word) > 2 and word.endswith(("街道", "镇", "乡"))):
            head, proper, placed = "", False, True
            continue
        if len(head) < 5 and (word_class in _PROPER or word_class == "eng" or len(word) == 1):
            proper = True
        head += word
        if len(head) >= HEAD:
            break
    return head[:HEAD].lower(), proper and placed


def _ending(word: str, lists: Terms) -> tuple[str | None, str]:
    """Kind and proper part of one word that carries its own suffix (花语城, 左家塘街道)."""
    if len(word) == 2:
        # 经|十路, 英雄|山路, 石|家村: the cutter takes the name's last character for the kind word's first
        kind = _LAST.get(word[1])
        return (kind, word[0]) if kind and word not in lists.generic else (None, word)
    for size in (3, 2, 1) if word not in lists.generic else ():
        if len(word) - size >= 2 and (kind := lists.suffix.get(word[-size:])):
            return kind, word[:-size]
    return None, word


def _ends(word: str, word_class: str, lists: Terms) -> bool:
    if word in lists.cue or not (word[0].isalnum() or _HAN.match(word)):
        return True
    if len(word) == 1:
        return word in _LINKING
    if word_class[0] in _STOP_TAGS:
        return word_class != "vn" or word not in lists.generic  # 餐饮管理公司, 物业服务中心
    return is_place(word, lists)


def is_place(word: str, lists: Terms) -> bool:
    """Whether a word is a province, city, district or county (历下区), by its last character."""
    return (
        word[-1] in "省市区县州"
        and 2 <= len(word) <= 5
        and word not in lists.suffix
        and word not in lists.generic
        and word not in lists.common
    )


def _short(core: str, word: str, kind: str, lists: Terms) -> str:
    """The name that is compared: without a kind word that people leave out, unless too little would be left."""
    return core if word in lists.bare and (len(core) > 2 or kind != "estate") else core + word


def _doubled(core: str, word: str, lists: Terms) -> bool:
    """Whether a name is made of two kind words, the second one telling: 雅园庄园 is a name, 花园小区 is none."""
    return lists.suffix[core] == lists.suffix[word] == "estate" and word not in lists.bare


def _core(run: list[str], lists: Terms, kind: str = "") -> str:
    """The proper part of a run: generic words at either end fall off; "" when nothing proper is left.

    The trade of a company stays (齐信食品 is not 齐信物流), and so does a word that is a road's usual name (人民路).
    """
    if kind == "road" and run[-1] in lists.road:
        return run[-1]
    parts = run[:]
    while parts and (parts[0] in lists.generic or parts[0] in lists.common):
        if len(parts) > 1 and len(parts[0]) == len(parts[1]) == 1:
            break  # 中|恒, 大|张: the cutter knows the name no better than we
        parts.pop(0)
    whole = parts[:]
    while (
        parts
        and len(parts[-1]) > 1
        and (parts[-1] in lists.generic or parts[-1] in lists.bare or parts[-1] in lists.common)
    ):
        parts.pop()
    if kind == "company" and parts and len("".join(whole)) <= MAX_CORE:
        parts = [part for part in whole if part not in lists.bare]
    elif kind == "school" and not parts and len(run) > 1:
        parts = run  # 保险|职业|学院: none of the words is a name, all of them are
    core = "".join(parts).lower()
    if len(core) > MAX_CORE:
        core = core[-MAX_CORE:]
    crossing = kind == "road" and any(word in core for word in ("交汇", "交叉", "路口"))
    if crossing or core in lists.generic or _ORDINAL.fullmatch(core) or _SENTENCE.intersection(core):
        return ""
    return core if len(core) >= 2 and _HAN.search(core) else ""


def address_names(address: str) -> list[tuple[str, str]]:
    """(core, kind) of what an address names below district and street; what has no kind word counts as an estate.

    ``历下区文化东路街道望岳里小区3号楼`` says 望岳里; house numbers, buildings and bare areas say nothing.
    """
    rest = address.strip().lower()
    while (cut := _AREA_HEAD.sub("", rest, count=1)) != rest:
        rest = cut
    rest = _HOUSE.sub("", rest).strip(" ,.;:-")
    found = names_in(tag(rest), rest)
    kinds = [kind for _, kind in found if kind in ("estate", "venue", "school", "company", "village")]
    bare = next((word for word in terms().bare if rest.endswith(word) and len(rest) - len(word) >= 3), "")
    core = rest.removesuffix(bare)
    if 3 <= len(core) <= MAX_CORE and _HAN_ONLY.fullmatch(core) and (kinds or not found):
        return [(core, "road" if core.endswith(_ROADS) else kinds[-1] if kinds else "estate")]
    return [one for one in found if one[1] != "area"]


def collect(title: Iterable[tuple[str, str]], body: Iterable[tuple[str, str]]) -> tuple[Name, ...]:
    """Names of one ticket, merged by core (the first kind stays): title first, then most often said, then by text."""
    counts: dict[str, list[int]] = {}
    kinds: dict[str, str] = {}
    for column, source in enumerate((title, body)):
        for core, kind in source:
            kinds.setdefault(core, kind)
            counts.setdefault(core, [0, 0])[column] += 1
    names = [Name(core, kinds[core], n[0] > 0, n[0] + n[1]) for core, n in counts.items()]
    names.sort(key=lambda name: (not name.title, -name.n, name.core, name.kind))
    return tuple(names[:MAX_NAMES])
