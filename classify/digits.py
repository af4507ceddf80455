"""Digits (数字) in a view of a text, however written or spoken, and the chains that they form.

A *run* is a stretch of digits: ASCII, Chinese numerals (幺 零 〇 壹 洞 两 …), letters that stand for digits (O, l), or
"四个零". Runs that are parted by separators or pauses ("138 然后 0000 再 6688") form a *chain*; / and 、 part numbers,
so they end a chain (but see ``joined``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NUMERALS: Final = {
    **dict(zip("零〇幺一二两三四五六七八九", "0011223456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖洞拐勾", "123456789079", strict=True)),
}
"""Chinese digits as spoken on the phone; 洞 拐 勾 两 幺 are the radio words."""
LETTERS: Final = {"O": "0", "o": "0", "l": "1", "I": "1"}
DIGIT: Final = "0-9" + "".join(NUMERALS)
VALUE: Final = {**{str(n): str(n) for n in range(10)}, **NUMERALS, **LETTERS}

_TOKEN: Final = re.compile(
    rf"([两二三四五六七八2-8]个|双)([{DIGIT}])|(?:(?![两二三四五六七八2-8]个[{DIGIT}])[{DIGIT}OolI])+"
)
LATIN: Final = re.compile(r"[A-Za-z]")
_PAUSE: Final = (
    "然后|再来|再加|再|接着|紧接着|接下来|下来|(?:中间|后面|最后|末)(?:四|4|几)位|后面|后边|后头|中间|前面|最后|后四位|前三位|尾号|末尾|嗯+|呃+|额|啊|哦|噢|诶|哎|那个|这个"
    "|就是|是|接|空格|横杠|横线|短横|杠|横|减|逗号|停+顿?|跟着|加上|完了|之后|继续|还有|对|然後|跟"
)
_GAP: Final = re.compile(
    rf" {{1,14}}|[ \-.,·_~*'\"]{{1,4}}|[ ]*[()\[\]][ \-]*|[ ,。.…、;!-]*(?:(?:{_PAUSE})[ ,。.…、;:!-]*){{1,4}}"
    rf"|[ ,.-]*…+[ ,.-]*"
)
ONE_MOMENT: Final = re.compile(r"(?:停顿?|等|稍等|空)?一下")
WORDY: Final = re.compile(r"[\u4e00-\u9fff…]")

_SPOKEN: Final = "".join(NUMERALS)
MAYBE: Final = re.compile(
    # one class first, so that the engine skips to it
    rf"[0-9OolI{_SPOKEN}](?:[0-9]{{5}}|[OolI]|(?<=[0-9])[{_SPOKEN}][0-9]|(?<=[OolI])[0-9]|[0-9OolI]+[^0-9A-Za-z\u4e00-\u9fff\n]{{1,14}}[0-9OolI]{{2}}"
    rf"|[ .·-][0-9][ .·-][0-9][ .·-][0-9]|[{_SPOKEN}]{{2}}|[ ,，.-][{_SPOKEN}][ ,，.-]|[个双][{DIGIT}]"
    rf"|[0-9]?[ ,，.…、]{{0,3}}(?:(?:{_PAUSE})[ ,，.…、]{{0,3}}){{1,3}}[{DIGIT}嗯呃额])"
)
"""A text without any of these holds no number of seven digits or more."""

_BETWEEN: Final = re.compile("[/、|【】]")
_JOINED: Final = re.compile(
    rf"(?<![{DIGIT}/、|])(?:[1一壹幺][{DIGIT}]{{2}} ?[/、|] ?[{DIGIT}]{{4}} ?[/、|] ?[{DIGIT}]{{4}}"
    rf"|[0零〇洞][{DIGIT}]{{2,3}} ?[/|] ?[2-8][0-9]{{6,7}})(?![{DIGIT}/、|])"
)


def joined(text: str) -> str:
    """A view in which the parts of one number stand apart by dashes: 138/0531/7788, 一三八、零五三一、七七八八."""
    if _BETWEEN.search(text) is None:
        return text
    text = text.replace("【", "[").replace("】", "]")
    return _JOINED.sub(lambda number: re.sub("[/、|]", "-", number.group()), text)


@dataclass(slots=True)
class Chain:
    """Digits of runs that may belong together: value, and per digit where it stands and in which run."""

    digits: str
    starts: list[int]
    ends: list[int]
    runs: list[int]
    gaps: list[str]
    """Text between run i and run i + 1."""
    firsts: list[int]
    """Index of the first digit of each run."""
    spoken: list[bool]
    """Per digit: a Chinese numeral, whose end may be the start of a word (一直)."""

    def end_of_run(self, at: int) -> bool:
        return at == len(self.digits) or self.runs[at] != self.runs[at - 1]


_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_PAUSE_STARTS: Final = frozenset("然再接紧下后中前最末尾嗯呃额啊哦噢诶哎那这就是空横短杠减逗停跟加完之继还对")


def _in_a_word(text: str, start: int, end: int) -> bool:
    """Whether one numeral stands inside running text (一直, 第三方) and not between pauses."""
    if end >= len(text) or not _HAN.match(text[end]) or text[end] in _PAUSE_STARTS:
        return False
    return start > 0 and _HAN.match(text[start - 1]) is not None


def _runs(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, digits, repeated) of each run; letters at its edges that belong to a word are cut off."""
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if token[1]:
            yield start, end, VALUE[token[2]] * (2 if token[1] == "双" else int(VALUE[token[1][0]])), True
            continue
        if end - start == 1 and text[start] in NUMERALS and _in_a_word(text, start, end):
            continue
        if text[start] in LETTERS and start and LATIN.match(text[start - 1]):
            while start < end and text[start] in LETTERS:
                start += 1
        if end < len(text) and LATIN.match(text[end]) and not (text[end] in "Xx" and end - start == 17):
            while end > start and text[end - 1] in LETTERS:
                end -= 1
        value = text[start:end]
        if value and any(char not in LETTERS for char in value):
            yield start, end, "".join(VALUE[char] for char in value), False


def chains(text: str) -> Iterator[Chain]:
    """The chains of digits of a view (see ``views.view``)."""
    chain: Chain | None = None
    previous = 0
    for start, end, digits, repeated in _runs(text):
        if chain is not None:
            gap = text[previous:start]
            if gap and not (len(gap) <= 16 and _GAP.fullmatch(gap)):
                yield chain
                chain = None
            else:
                chain.gaps.append(gap)
        if chain is None:
            chain = Chain("", [], [], [], [], [], [])
        run = len(chain.firsts)
        chain.firsts.append(len(chain.digits))
        if repeated:
            chain.starts += [start] * len(digits)
            chain.ends += [end] * len(digits)
        else:
            chain.starts += range(start, end)
            chain.ends += range(start + 1, end + 1)
        chain.digits += digits
        chain.runs += [run] * len(digits)
        chain.spoken += (
            [not repeated and char in NUMERALS for char in text[start:end]] if not repeated else [False] * len(digits)
        )
        previous = end
        if len(chain.digits) > 4000:  # a blob of figures; cut so that time stays linear
            yield chain
            chain = None
    if chain is not None:
        yield chain
