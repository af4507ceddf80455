"""What makes a duty list unfit to load: doubled ids, rows that tie, matters that nobody leads.

Each check yields every problem it finds, so that ``jiesu pack check`` shows them all at once; loading raises the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from classify.ticket import PackError, Where
from routing.duty_rows import DutyRow, read_rows
from routing.pack import Pack


def read_duties(pack: Pack, departments: Mapping[str, str], codes: Iterable[str]) -> list[DutyRow]:
    """The duty list, sound: every matter of ``codes`` has exactly one answer. Raises the first problem as PackError."""
    known = list(codes)
    rows, errors = read_rows(pack, departments, known)
    for error in [*errors, *problems(pack, rows, known)]:
        raise error
    return rows


def problems(pack: Pack, rows: Sequence[DutyRow], codes: Iterable[str]) -> Iterator[PackError]:
    """Everything that is wrong between rows."""
    file = pack.path("duties.csv").name
    yield from same_ids(file, rows)
    yield from ties(file, rows)
    yield from gaps(file, rows, codes, pack.city)


def same_ids(file: str, rows: Sequence[DutyRow]) -> Iterator[PackError]:
    """Ids that are given twice."""
    seen: dict[str, int] = {}
    for row in rows:
        if row.id in seen:
            reason = f"编号与第 {seen[row.id]} 行重复"
            yield PackError(reason, value=row.id, where=Where(file, row.row, "id"))
        seen[row.id] = row.row


def ties(file: str, rows: Sequence[DutyRow]) -> Iterator[PackError]:
    """Pairs of rows that some attributes and day would leave undecided."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[DutyRow]] = defaultdict(list)
    for row in rows:
        keys = tuple(sorted(one.key for one in row.when))
        if len(set(keys)) < len(keys):
            yield PackError("同一属性写了两次", where=Where(file, row.row, "when"))
            continue
        for other in groups[row.matter_code, row.city, keys]:
            if _overlap(row, other) and _meet(row, other):
                where = Where(file, row.row, "valid_from" if row.when == other.when else "when")
                what = "有效期重叠" if row.when == other.when else "条件同样具体,无法取舍"
                yield PackError(f"与第 {other.row} 行({other.id}){what}", value=row.id, where=where)
        groups[row.matter_code, row.city, keys].append(row)


def _overlap(one: DutyRow, other: DutyRow) -> bool:
    low, high = date.min, date.max
    return max(one.valid_from or low, other.valid_from or low) <= min(one.valid_to or high, other.valid_to or high)


def _meet(one: DutyRow, other: DutyRow) -> bool:
    others = {condition.key: condition for condition in other.when}
    return all(condition.meets(others[condition.key]) for condition in one.when)


def gaps(file: str, rows: Sequence[DutyRow], codes: Iterable[str], city: str) -> Iterator[PackError]:
    """Matters that have not, from their first day on and without a gap, a row that needs no attribute."""
    spans: dict[str, list[tuple[date, date, int]]] = {code: [] for code in sorted(codes)}
    for row in rows:
        if not row.when and row.city in ("", city):
            spans[row.matter_code].append((row.valid_from or date.min, row.valid_to or date.max, row.row))
    for code, found in spans.items():
        days = sorted(found)
        if not days:
            where = Where(file, max((row.row for row in rows), default=0) + 1, "matter_code")
            yield PackError("缺一行:事项没有不带条件的主办单位", value=code, where=where)
            continue
        until, last = days[0][1], days[0][2]
        for start, end, number in days[1:]:
            if until != date.max and (start - until).days > 1:
                yield PackError("有效期之间有空档", value=code, where=Where(file, number, "valid_from"))
            if end > until:
                until, last = end, number
        if until != date.max:
            yield PackError("事项从此日起没有主办单位", value=code, where=Where(file, last, "valid_to"))
