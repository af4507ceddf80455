"""Words (分词), wrapped in one file so that the tokeniser can be replaced.

``rjieba`` without HMM gives the tokens of ``jieba`` 14 times faster and cuts; ``jieba`` itself, with a private
dictionary cache, gives parts of speech for topics. Our own words are in ``data/words.txt``.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rjieba

from classify.taxonomy import DATA
from classify.ticket import Ticket

if TYPE_CHECKING:
    from classify.model import Prediction

KEYWORDS: Final = 6
_ENOUGH: Final = 3
_EMPTY: Final = frozenset(
    [
        "投诉",
        "反映",
        "咨询",
        "请问",
        "建议",
        "举报",
        "求助",
        "关于",
        "问题",
        "希望",
        "请求",
        "解决",
        "市民",
        "来电",
        "要求",
        "尽快",
        "处理",
        "回复",
        "领导",
        "政府",
        "部门",
        "相关",
        "有关",
        "我们",
        "你们",
        "他们",
        "为什么",
        "什么",
        "何时",
        "能否",
        "可以",
        "是否",
        "如何",
        "怎么",
        "严重",
        "影响",
        "情况",
        "一个",
        "没有",
        "现在",
        "进行",
        "这个",
        "那个",
        "时候",
        "小区",
    ]
)
"""Words that say what every ticket says."""


@cache
def own_words() -> tuple[str, ...]:
    """Words of the field that a general dictionary cuts apart, from ``data/words.txt`` (one a line, # comments)."""
    lines = (DATA / "words.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if (word := line.split("#")[0].strip()))


@cache
def _cutter() -> Any:
    cutter = rjieba.Jieba()
    for word in own_words():
        cutter.add_word(word, 2000, "n")
    return cutter


@cache
def jieba_tokenizer() -> Any:
    """A private ``jieba.Tokenizer`` with our words; its cache file lies in a folder of this process only."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory(prefix="jiesu-words-") as folder:
        tokenizer.tmp_dir = str(Path(folder))
        tokenizer.initialize()
    for word in own_words():
        tokenizer.add_word(word, 2000, "n")
    return tokenizer


def cut(text: str) -> list[str]:
    """Tokens of ``text`` in order, without HMM; together they are the text, half a surrogate pair read as ``?``."""
    try:
        return list(_cutter().cut(text, False))
    except UnicodeEncodeError:
        return cut(text.encode("utf-8", "replace").decode())


def cut_all(texts: Iterable[str]) -> list[list[str]]:
    """:func:`cut` for many texts."""
    return [cut(text) for text in texts]


def keywords(ticket: Ticket, prediction: Prediction) -> tuple[str, ...]:
    """Up to six words for the ticket: what spoke for its category, then content words of the title."""
    found = [span.text for span in prediction.evidence if len(span.text) > 1]
    kept = _distinct(found, KEYWORDS)
    if len(kept) < _ENOUGH:
        words = [word for word in cut(ticket.title or ticket.content[:60]) if _content_word(word)]
        kept = _distinct([*kept, *words], KEYWORDS)
    return tuple(kept)


def _content_word(word: str) -> bool:
    return len(word) > 1 and word not in _EMPTY and word.isalnum() and not word.isdigit()


def _distinct(words: Sequence[str], most: int) -> list[str]:
    """The first of ``words``, at most ``most``, without those that stand inside an earlier one."""
    kept: list[str] = []
    said = ""
    for word in words:
        if len(kept) == most:
            break
        if word not in said:
            kept.append(word)
            said = f"{said}\0{word}"
    return kept
