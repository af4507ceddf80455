"""Patterns that know how matches begin find exactly what ``re`` finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.gates import Gates
from routing.pack import Pack
from routing.patterns import Pattern, atoms
from routing.urgency import UrgencyRules

PACK = Pack.load("jinan")
RULES, GATES = UrgencyRules(PACK), Gates(PACK)
SHIPPED = [
    *(pattern for row in {one.row_id: one for one in RULES._dangers}.values() for pattern in (row.needs, row.unless)),
    *(pattern for frame in RULES._frames for pattern in (frame.pattern, frame.rescue)),
    *(pattern for row in {one.row_id: one for one in GATES._rows}.values() for pattern in (row.needs, row.unless)),
]
PAIRS = [(one, re.compile(one.pattern)) for one in SHIPPED if one is not None]
ATOMS = {one.pattern: atoms(one.pattern) for one, _ in PAIRS}
WORDS = sorted({word for one, _ in PAIRS for word in re.findall(r"[一-龥]{1,4}", one.pattern)})


@given(st.lists(st.sampled_from([*WORDS, ",", "。", "3", " ", "a"]), max_size=14), st.integers(0, 5))
def test_shipped_patterns_find_what_re_finds(words: list[str], start: int) -> None:
    text = "".join(words)
    end = max(start, len(text) - 2)
    for one, plain in PAIRS:
        found, wanted = one.search(text, start, end), plain.search(text, start, end)
        assert (found and found.span()) == (wanted and wanted.span())
        assert [each.span() for each in one.finditer(text, start, end)] == [
            each.span() for each in plain.finditer(text, start, end)
        ]


@given(st.lists(st.sampled_from([*WORDS, ",", "。", "3", " ", "a"]), max_size=14))
def test_every_match_holds_one_of_the_atoms(words: list[str]) -> None:
    text = "".join(words)
    for one, plain in PAIRS:
        if (needed := ATOMS[one.pattern]) is not None:
            assert all(any(word in match.group() for word in needed) for match in plain.finditer(text))


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("漏气|爆炸", {"漏气", "爆炸"}),
        ("(?<!一直)正在(?!说)", {"正在"}),
        ("[0-9]+(?:个)?小时", {"小时"}),
        ("(?:门|窗)[^。]{0,9}(?:打不开|卡住)", {"打不开", "卡住"}),
        ("水(?:管)?爆", {"爆"}),
        ("(?:ab){2}c", {"ab"}),
    ],
)
def test_atoms_are_the_words_that_tell_most(pattern: str, words: set[str]) -> None:
    assert atoms(pattern) == words


@pytest.mark.parametrize("pattern", ["", "a?", "a|", "[ab]", "(?i)ab", "(?i:ab)", "a*|bc"])
def test_no_atoms_where_a_match_may_do_without(pattern: str) -> None:
    assert atoms(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "", "a?", "a?b", "a*b+", "(?:ab|c)?d", "[ab]{2}c", "(?<!a)b", "(?=ab)a", "a|bc|", "[^a]b", "(?i)ab", ".b",
        "(a)\\1b", "(?:a|b){2,}c", "a$", "^b", "(?:|a)b", "ab??c", "(?:a{0}b)c", "\\bab", "(?i:a)b", "(?>a|ab)c",
    ],
)  # fmt: skip
@given(text=st.text("abcdAB", max_size=8), start=st.integers(0, 3))
def test_any_construct_finds_what_re_finds(pattern: str, text: str, start: int) -> None:
    one, plain = Pattern(pattern), re.compile(pattern)
    found, wanted = one.search(text, start, len(text)), plain.search(text, start, len(text))
    assert (found and found.span()) == (wanted and wanted.span())
    assert [each.span() for each in one.finditer(text, start, len(text))] == [
        each.span() for each in plain.finditer(text, start, len(text))
    ]
