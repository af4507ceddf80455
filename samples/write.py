"""Drafts to files: the export of a hotline (tickets, events) and the truth that no hotline has."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from samples import noise
from samples.chains import Draft
from samples.events import Happening
from samples.lines import matters
from samples.places import address, place_of, streets
from samples.surges import Surge
from samples.units import unit_of

TICKET_COLUMNS: Final = (
    "工单编号", "来电时间", "标题", "诉求内容", "诉求类型", "来源渠道", "事发地址", "区县", "街道", "诉求人",
    "联系电话", "是否保密", "受理人员",
)  # fmt: skip
EVENT_COLUMNS: Final = ("工单编号", "操作时间", "操作类型", "承办单位", "原因", "说明", "是否解决", "满意度")
CHANNELS: Final = {
    "电话": 82, "微信小程序": 6, "爱山东APP": 4, "网站": 3, "市长信箱": 1, "110转办": 1, "省级转办": 1,
    "互联网+督查": 1, "人民网留言板": 1,
}  # fmt: skip
XLSX_ROWS: Final = 50_000
"""More rows are written as .csv only: a workbook of that size takes minutes to open."""
CHASED: Final = ("slow", "merged")
"""Plans of a chased ticket and its chaser, whose number is always noted: only the caller tells what is meant."""
_TIME: Final = "%Y-%m-%d %H:%M:%S"


def ticket_row(draft: Draft, rng: random.Random) -> dict[str, str]:
    """The export row; the operator's columns are sometimes empty or wrong, as the truth tells."""
    district = draft.spot.street.district
    chance = rng.random()
    if chance < 0.06:
        district = ""
    elif chance < 0.085:
        district = rng.choice(streets()).district
    request = draft.wording.request
    other = rng.random()
    if other < 0.05:
        request = ""
    elif other < 0.08:
        request = rng.choice(("投诉", "求助", "咨询"))
    abroad = draft.wording.code == "9907" or "{" not in draft.wording.text
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    return {
        "工单编号": draft.ticket_no,
        "来电时间": draft.at.strftime(_TIME),
        "标题": draft.text.title,
        "诉求内容": draft.text.content,
        "诉求类型": request,
        "来源渠道": "电话" if draft.surge and channel == "110转办" else channel,
        "事发地址": "" if abroad and rng.random() < 0.6 else address(draft.spot, rng),
        "区县": district,
        "街道": draft.spot.street.name if district and rng.random() < 0.55 else "",
        "诉求人": draft.caller.name,
        "联系电话": draft.caller.phone if rng.random() > 0.02 or draft.plan in CHASED else "",
        "是否保密": "是" if rng.random() < 0.04 else "否",
        "受理人员": f"话务{rng.randint(101, 168)}",
    }


def truth_of(draft: Draft, row: dict[str, str]) -> dict[str, Any]:
    """What is true of the ticket; None where nothing applies. ``repeat`` is a kind of the handbook §2.8."""
    matter = matters()[draft.wording.code]
    return {
        "ticket_no": draft.ticket_no,
        "category": draft.wording.code,
        "second": draft.second or None,
        "request_type": draft.wording.request,
        "unit_type": draft.unit_type or matter.unit_type,
        "unit": unit_of(matter, draft.spot),
        "urgency": draft.wording.urgency,
        "gate": draft.wording.gate or None,
        "issue": f"I{draft.issue:06d}",
        "repeat": draft.kind or None,
        "district": draft.spot.district,
        "agency": draft.spot.street.agency or None,
        "street": draft.spot.street.name,
        "place": place_of(draft.spot) or None,
        "wrong_district": bool(row["区县"]) and row["区县"] != draft.spot.district,
        "surge": draft.surge or None,
        "dispute": draft.dispute or None,
        "claimant": draft.claimant,
        "manner": draft.manner,
        "joke": draft.text.joke,
        "private": draft.text.private,
    }


def feed(rows: Sequence[dict[str, str]], rng: random.Random) -> list[dict[str, str]]:
    """Rows as the feed sends them: 0.4 % twice, and 0.1 % more unreadable under numbers of their own."""
    sent: list[dict[str, str]] = []
    for row in rows:
        sent.append(row)
        if rng.random() < 0.004:
            sent.append(row)
        if rng.random() < 0.001:
            spoiled, _ = noise.broken({**row, "工单编号": row["工单编号"] + "X"}, rng)
            sent.append(spoiled)
    return sent


def _csv(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]], encoding: str) -> None:
    with path.open("w", encoding=encoding, errors="replace", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)


def write_tickets(out: Path, rows: Sequence[dict[str, str]], encoding: str) -> list[Path]:
    """tickets.csv, and tickets.xlsx up to :data:`XLSX_ROWS` rows."""
    _csv(out / "tickets.csv", TICKET_COLUMNS, rows, encoding)
    if len(rows) > XLSX_ROWS:
        return [out / "tickets.csv"]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    sheet.append(TICKET_COLUMNS)
    for row in rows:
        sheet.append([row[column] for column in TICKET_COLUMNS])
    book.save(out / "tickets.xlsx")
    return [out / "tickets.csv", out / "tickets.xlsx"]


def write_events(path: Path, happened: Iterable[Happening], encoding: str) -> Path:
    """events.csv, in the order of time."""
    rows = (
        dict(
            zip(
                EVENT_COLUMNS,
                (one.ticket_no, one.at.strftime(_TIME), one.kind, one.unit, one.reason, one.text, one.resolved,
                 one.satisfaction),
                strict=True,
            )
        )
        for one in sorted(happened, key=lambda one: (one.at, one.ticket_no))
    )  # fmt: skip
    _csv(path, EVENT_COLUMNS, rows, encoding)
    return path


def write_lines(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def surge_record(surge: Surge) -> dict[str, Any]:
    """A line of surges.jsonl."""
    record = asdict(surge)
    return record | {
        "first": surge.first.isoformat(), "last": surge.last.isoformat(), "issue": f"I{surge.issue:06d}",
    }  # fmt: skip
