"""Notices to a real local mail server and a real local webhook: sent once, retried when refused, nothing personal."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import select

from classify.ticket import AccessError, InputError, StateError
from routing.pack import Pack
from tests.warehouse.test_alerts import NOW, SmallTriager, background, closing, ticket
from warehouse.alert_evaluation import AT_ONCE
from warehouse.alerts import raise_alerts
from warehouse.intake import take_in
from warehouse.models import AlertRow, MessageRow
from warehouse.outbox import (
    WAITS,
    Channel,
    count_messages,
    queue_messages,
    read_channels,
    retry_message,
    send_messages,
)
from warehouse.scope import Scope
from warehouse.views import outbox

LATER = datetime(2100, 1, 1, tzinfo=UTC)


class Mailbox:
    """A mail server's handler that keeps messages, and refuses the first ``refuse`` of them."""

    def __init__(self):
        self.messages, self.refuse = [], 0

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            self.refuse -= 1
            return "451 try again"
        self.messages.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def mail():
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def hook():
    got = []

    class Handler(BaseHTTPRequestHandler):
        answers: list[int] = []  # noqa: RUF012  filled by the test

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = self.answers.pop(0) if self.answers else 200
            got.append((answer, self.headers["Idempotency-Key"], body))
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], got, Handler.answers
    server.shutdown()
    thread.join()
    server.server_close()


def by_mail(port, lowest="蓝"):
    return Channel(
        "值班长", lowest, f"mailto://127.0.0.1:{port}?from=hotline@example.cn&to=duty@example.cn&mode=insecure"
    )


def by_hook(port, lowest="蓝"):
    return Channel("山东通", lowest, f"json://127.0.0.1:{port}/hook")


@pytest.fixture(scope="module")
def pack():
    return Pack.load("jinan")


def test_a_new_alarm_is_mailed_once_and_says_nothing_of_a_person(session, pack, mail):
    channels = (by_mail(mail.port),)
    take_in(session, SmallTriager(), background() + closing(6, NOW - timedelta(days=2)), "b1")
    raised = raise_alerts(session, pack, NOW, channels)
    assert raise_alerts(session, pack, NOW, channels) == []
    for _ in range(2):
        counts = send_messages(session, channels, LATER)
    assert counts == {"sent": len(raised), "waiting": 0, "failed": 0, "unsure": 0}
    assert len(mail.messages) == len(raised)
    tickets, alarm = closing(6, NOW), next(row for row in raised if row.rule == "A08")
    texts = [message.get_body().get_content() for _, message in mail.messages]
    gym = next(text for text in texts if f"预警编号:{alarm.id}" in text)
    assert "飞燕健身房" in gym
    assert "来电人:6" in gym
    for to, message in mail.messages:
        assert to == ["duty@example.cn"]
        assert message["Idempotency-Key"]
        text = message["Subject"] + message.get_body().get_content()
        assert not any(one.content in text or one.title in text or one.ticket_no in text for one in tickets)


def test_a_webhook_that_refuses_is_tried_again_with_the_same_key(session, pack, hook):
    port, got, answers = hook
    channels = (by_hook(port),)
    take_in(session, SmallTriager(), [ticket("E1", "历下区楼道里有煤气味", NOW - timedelta(hours=1))], "b1")
    (alarm,) = raise_alerts(session, pack, NOW, channels, AT_ONCE)
    answers += [500, 503]
    moment = LATER
    for turn in range(4):
        counts = send_messages(session, channels, moment)
        moment += WAITS[min(turn, 1)]
    assert [answer for answer, _, _ in got] == [500, 503, 200]
    assert len({key for _, key, _ in got}) == 1
    assert counts["sent"] == 1
    assert alarm.grade in got[-1][2]["title"]
    assert "煤气味" not in json.dumps(got[-1][2], ensure_ascii=False)


def test_before_its_time_nothing_is_tried_and_in_the_end_it_has_failed(session, pack, hook):
    port, got, answers = hook
    channels = (by_hook(port),)
    take_in(session, SmallTriager(), [ticket("E1", "历下区楼道里有煤气味", NOW - timedelta(hours=1))], "b1")
    raise_alerts(session, pack, NOW, channels, AT_ONCE)
    answers += [500] * 20
    moment = LATER
    for wait in WAITS:
        send_messages(session, channels, moment)
        assert send_messages(session, channels, moment)["waiting"] == 1
        moment += wait
    assert send_messages(session, channels, moment)["failed"] == 1
    send_messages(session, channels, moment + timedelta(days=9))
    assert len(got) == len(WAITS) + 1


def test_what_failed_is_shown_and_may_be_sent_again_by_a_person(session, pack, hook):
    port, got, _ = hook
    channels = (by_hook(port),)
    take_in(session, SmallTriager(), [ticket("E1", "历下区楼道里有煤气味", NOW - timedelta(hours=1))], "b1")
    raise_alerts(session, pack, NOW, channels, AT_ONCE)
    row = session.exec(select(MessageRow)).one()
    head, key = Scope("shenhe", "reviewer"), row.message_key
    for state in ("waiting", "sending", "sent"):
        row.state = state
        session.add(row)
        session.commit()
        with pytest.raises(StateError):
            retry_message(session, head, key, LATER)
    row = session.get_one(MessageRow, key, populate_existing=True)
    row.state, row.tries = "failed", 6
    session.add(row)
    session.commit()
    shown = outbox(session, head)
    assert [(one.state, one.tries) for one in shown.unsent] == [("failed", 6)]
    assert "127.0.0.1" not in str(shown), "the address is never shown"
    assert outbox(session, Scope("x", "reviewer", areas=frozenset({"市中区"}))).unsent == ()
    with pytest.raises(AccessError):
        retry_message(session, Scope("x", "leader"), key, LATER)
    retry_message(session, head, key, LATER)
    assert send_messages(session, channels, LATER)["sent"] == 1
    assert len(got) == 1
    assert outbox(session, head).unsent == ()


def test_a_mail_server_that_is_away_or_refuses_loses_nothing(session, pack, mail):
    channels = (by_mail(mail.port),)
    take_in(session, SmallTriager(), [ticket("E1", "历下区楼道里有煤气味", NOW - timedelta(hours=1))], "b1")
    raise_alerts(session, pack, NOW, channels, AT_ONCE)
    away = (Channel("值班长", "蓝", "mailto://127.0.0.1:1?from=a@example.cn&to=b@example.cn&mode=insecure"),)
    assert send_messages(session, away, LATER)["waiting"] == 1
    mail.refuse = 1
    assert send_messages(session, channels, LATER + WAITS[0])["waiting"] == 1
    assert send_messages(session, channels, LATER + WAITS[0] + WAITS[1])["sent"] == 1
    assert len(mail.messages) == 1


def test_what_was_cut_off_while_sending_is_not_sent_again(session, pack, hook):
    port, got, _ = hook
    channels = (by_hook(port),)
    take_in(session, SmallTriager(), [ticket("E1", "历下区楼道里有煤气味", NOW - timedelta(hours=1))], "b1")
    raise_alerts(session, pack, NOW, channels, AT_ONCE)
    row = session.exec(select(MessageRow)).one()
    row.state = "sending"
    session.add(row)
    session.commit()
    assert send_messages(session, channels, LATER) == {"sent": 0, "waiting": 0, "failed": 0, "unsure": 1}
    assert got == []


def test_levels_decide_who_is_told_and_a_higher_level_tells_again(session, pack):
    channels = (Channel("全部", "蓝", "json://h/a"), Channel("橙以上", "橙", "json://h/b"))
    take_in(session, SmallTriager(), background() + closing(6, NOW - timedelta(days=2)), "b1")
    raise_alerts(session, pack, NOW)
    alarm = session.exec(select(AlertRow).where(AlertRow.rule == "A08")).one()
    assert alarm.grade == "黄"
    queue_messages(session, [alarm], channels, {}, {})
    queue_messages(session, [alarm], channels, {}, {})
    assert count_messages(session)["waiting"] == 1
    alarm.grade = "橙"
    queue_messages(session, [alarm], channels, {}, {})
    assert sorted(row.channel for row in session.exec(select(MessageRow))) == ["全部", "全部", "橙以上"]


def test_a_name_that_masking_would_touch_and_a_restricted_matter_stay_out(session):
    from warehouse.outbox import write_message

    alarm = AlertRow(
        id=3, alert_key="k", rule="A05", grade="黄", title="t", day=NOW.date(), fired_at=NOW, last_at=NOW,
        entity="某店13805310000", district="历下区", unit="某局", count=5,
    )  # fmt: skip
    assert "13805310000" not in "".join(write_message(alarm, "同一主体", "物业"))
    alarm.entity, alarm.restricted = "飞燕健身房", True
    assert "飞燕" not in "".join(write_message(alarm, "同一主体", "物业"))


@pytest.mark.parametrize(
    "line",
    ["值班长 黄", "值班长 紫 json://h/a", "值班长 黄 nonsense", "甲 黄 json://h/a\n甲 红 json://h/b",
     "两人 黄 mailto://h?from=a@b.cn&to=c@b.cn,d@b.cn"],
)  # fmt: skip
def test_a_bad_line_is_named_without_its_address(tmp_path, line):
    file = tmp_path / "notify.txt"
    file.write_text(f"# 收件人\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_channels(file)
    assert "notify.txt" in str(error.value)
    assert "json://" not in str(error.value)
    assert "b.cn" not in str(error.value)


def test_a_file_of_receivers_is_read(tmp_path):
    file = tmp_path / "notify.txt"
    file.write_text("# 谁\n\n值班长 黄 mailto://h?from=a@b.cn&to=c@b.cn\n", encoding="utf-8")
    (channel,) = read_channels(file)
    assert (channel.wants("蓝"), channel.wants("红")) == (False, True)
    assert read_channels(None) == ()
