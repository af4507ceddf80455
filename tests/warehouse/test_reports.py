"""Reports: the same figures in the paper, the document and the workbook; periods that are not over; special reports."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlmodel import Session

from classify.ticket import Event, InputError, PackError
from routing.pack import PACKS, Pack
from tests.warehouse.conftest import NOON, FakeTriager, a_ticket
from warehouse.figures import before_of, collect, period, year_earlier
from warehouse.intake import take_events, take_in
from warehouse.pack_check import check_tables
from warehouse.paper import Drawn, Paper, Section
from warehouse.paper_pictures import picture
from warehouse.reports import report, write_paper, write_report
from warehouse.topics import Topic, collect_topic, load_topics, topic_named, topic_report
from warehouse.views import SYSTEM, Scope, returns_by_reason

DAY = timedelta(days=1)
WEEK = date(2026, 3, 4)
NOISE = Topic("noise", "噪声", ("0901",), (), ("夜间执法",))
LEADER = Scope("lingdao", "leader")


@pytest.fixture
def city(session: Session, triager: FakeTriager) -> Session:
    """Five tickets this week, two the week before, one a year before; one return asked and refused."""
    here = [
        a_ticket(f"T{n}", "历下区噪声急" if n == 1 else "历下区噪声", NOON - n * 3_600 * timedelta(seconds=1))
        for n in range(4)
    ]
    here.append(a_ticket("T4", "市中区垃圾"))
    before = [a_ticket(f"B{n}", "市中区垃圾", NOON - 7 * DAY) for n in range(2)]
    old = [a_ticket("Y0", "历下区噪声", NOON.replace(year=2025))]
    take_in(session, triager, [*here, *before, *old], "B1")
    moves = [("派单", None), ("退单申请", "R01 不是我们的"), ("退单驳回", "就是你们的")]
    events = [Event("T4", NOON + n * timedelta(hours=1), kind, "甲", why) for n, (kind, why) in enumerate(moves)]
    take_events(session, events, "B2")
    return session


def test_periods() -> None:
    assert period("daily", WEEK) == (WEEK, WEEK)
    assert period("weekly", WEEK) == (date(2026, 3, 2), date(2026, 3, 8))
    assert period("weekly", WEEK, last=date(2026, 3, 5)) == (date(2026, 3, 2), date(2026, 3, 5))
    assert period("monthly", date(2028, 2, 10)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert period("daily", WEEK, last=date(2026, 3, 1)) == (WEEK, WEEK)
    assert before_of("monthly", date(2026, 3, 1), date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert before_of("monthly", date(2026, 3, 1), date(2026, 3, 4)) == (date(2026, 2, 1), date(2026, 2, 4))
    assert before_of("monthly", date(2026, 3, 1), date(2026, 3, 30)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert before_of("weekly", date(2026, 3, 2), date(2026, 3, 4)) == (date(2026, 2, 27), date(2026, 3, 1))
    assert year_earlier(date(2028, 2, 29)) == date(2027, 2, 28)
    with pytest.raises(InputError, match="报告"):
        period("yearly", WEEK)


def test_figures_of_a_week(city: Session) -> None:
    figures = collect(city, SYSTEM, "weekly", WEEK)
    assert (figures.total, figures.before, figures.year_before) == (5, 2, 1)
    assert (figures.change, figures.yearly) == (1.5, 4.0)
    assert [(one.key, one.count) for one in figures.days][2] == ("2026-03-04", 5)
    assert len(figures.days) == 7
    assert sum(one.count for one in figures.days) == figures.total
    assert figures.returns == (("R01", 1, 0, 1),)
    assert [row[0] for row in figures.urgent] == ["T1"]


def test_returns_of_other_days_do_not_count(city: Session) -> None:
    assert returns_by_reason(city, SYSTEM, WEEK, WEEK) == [("R01", 1, 0, 1)]
    assert returns_by_reason(city, SYSTEM, WEEK + DAY, WEEK + DAY) == []
    assert returns_by_reason(city, SYSTEM, WEEK - DAY, WEEK - DAY) == []


def test_document_and_workbook_print_the_paper(city: Session, tmp_path: Path) -> None:
    paper = report(collect(city, SYSTEM, "weekly", WEEK))
    written = [write_report(city, SYSTEM, "weekly", WEEK, tmp_path / f"r{ending}") for ending in (".docx", ".xlsx")]
    document, book = Document(str(written[0])), load_workbook(written[1])
    told = [one.text for one in document.paragraphs]
    assert paper.title in told
    assert all(sentence in told for sentence in paper.sentences)
    assert any("签发" in one for one in told)
    assert [row[0].value for row in book["摘要"].iter_rows()][2:] == list(paper.sentences)
    assert book.sheetnames[1:] == [one.heading for one in paper.filled]
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    in_word = [one for one in paper.filled if not (one.drawn and one.drawn.form == "line")]
    assert [len(table) - 1 for table in tables] == [len(one.rows) for one in in_word]
    for section, table in zip(in_word, tables, strict=True):
        sheet = [list(row) for row in book[section.heading].iter_rows(values_only=True)]
        assert sheet[0] == table[0] == list(section.heads)
        assert [[str(value) for value in row] for row in sheet[1:]] == table[1:]
    assert len(document.inline_shapes) == len([one for one in paper.filled if one.drawn and len(one.rows) > 1])
    assert book["逐日受理量"]._charts


def test_a_leader_gets_totals_only(city: Session) -> None:
    paper = report(collect(city, LEADER, "weekly", WEEK))
    names = [one.heading for one in paper.filled]
    assert "事项分类" in names
    assert "紧急件" not in names
    assert "T1" not in str(paper)
    special = topic_report(collect_topic(city, LEADER, NOISE, WEEK - DAY, WEEK))
    assert "T1" not in str(special)
    assert "受理噪声类诉求 4 件" in special.sentences[0]


def test_a_special_report(city: Session) -> None:
    paper = topic_report(collect_topic(city, SYSTEM, NOISE, WEEK - 2 * DAY, WEEK))
    assert [one[:4] for one in paper.sentences] == ["【情况】", "【分布】", "【反映内", "【办理】", "【建议】"]
    assert "同比(1 件)+300.0%" in paper.sentences[0]
    assert "夜间执法" in paper.sentences[-1]
    rows = {one.heading: one.rows for one in paper.filled}
    assert rows["区域分布"] == [("历下区", 4, 4, "100.0%")]
    assert len(rows["典型诉求(已脱敏)"]) == 4
    assert [row[1] for row in rows["逐日受理量"]] == [0, 0, 4]
    with pytest.raises(InputError, match="颠倒"):
        collect_topic(city, SYSTEM, NOISE, WEEK, WEEK - DAY)


def test_a_formula_is_not_run_and_an_unknown_form_is_refused(tmp_path: Path) -> None:
    paper = Paper("题", "口径", ("=1+1",), (Section("表", ("甲", "乙"), [("=cmd()", 1)]),))
    book = load_workbook(write_paper(paper, tmp_path / "p.xlsx"))
    assert book["摘要"]["A3"].value == "'=1+1"
    assert book["表"]["A2"].value == "'=cmd()"
    with pytest.raises(InputError, match=r"\.docx"):
        write_paper(paper, tmp_path / "p.pdf")
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.parametrize("form", ["line", "bar"])
def test_pictures_need_no_chinese_face(form: str) -> None:
    drawn = Drawn(form, (1, 2))  # type: ignore[arg-type]
    section = Section("图", ("名", "今", "昨"), [("11-01", 3, 2), ("11-02", 0, 5)], drawn)
    png = picture(section, None)
    assert png is not None
    assert png.read(4) == b"\x89PNG"
    assert picture(Section("图", ("名", "今"), [("历下区", 3)], Drawn("bar", (1,))), None) is None


def test_topics_of_the_shipped_packs_and_bad_ones(tmp_path: Path) -> None:
    pack = Pack.load("jinan")
    assert topic_named(pack, "供暖") == topic_named(pack, "heating")
    with pytest.raises(InputError, match="供暖"):
        topic_named(pack, "月球")
    (tmp_path / "pack.toml").write_text('name = "x"\nextends = "jinan"\n', encoding="utf-8")
    head = (PACKS / "base" / "report_topics.csv").read_text(encoding="utf-8").splitlines()[0]
    for row, wrong in (("a,甲,06x1,,", "codes"), ("a,甲,0601,13,", "months"), (",甲,0601,,", "id")):
        (tmp_path / "report_topics.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
        with pytest.raises(PackError, match=wrong):
            load_topics(Pack.load(tmp_path))
        assert "report_topics.csv" in check_tables(tmp_path)[0]
