"""Nobody reaches Streamlit without a living session; login, logout, expiry and throttle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard import connect, gate
from warehouse.models import LoginRow, now_utc


async def _secret(_request: object) -> PlainTextResponse:
    return PlainTextResponse("secret")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("secret")
    await socket.close()


@pytest.fixture
def client(filled: Path) -> Iterator[TestClient]:
    """The gate before a stand-in for Streamlit."""
    gate._failures.clear()
    app = Starlette(
        routes=[
            Route("/login", gate.login_page, methods=["GET"]),
            Route("/login", gate.login_try, methods=["POST"]),
            Route("/logout", gate.logout),
            WebSocketRoute("/_stcore/stream", _stream),
            Route("/{path:path}", _secret, methods=["GET", "POST", "PUT"]),
        ],
        middleware=[Middleware(gate.Gate)],
    )
    with TestClient(app, follow_redirects=False, base_url="http://hotline") as opened:
        yield opened


def enter(client: TestClient, name: str = "paidan", password: str | None = None) -> int:
    answer = client.post("/login", data={"name": name, "password": password or f"jiesu-{name}"})
    return answer.status_code


@pytest.mark.parametrize(
    "path", ["/", "/desk", "/overview", "/login/../desk", "/loginx", "/media/x.csv", "/_stcore/upload_file/a/b"]
)
def test_stranger_sees_no_page(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/login"
    data = client.get(path, headers={"accept": "*/*"})
    assert data.status_code == 401
    assert "secret" not in page.text + data.text


def test_stranger_gets_no_web_socket(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/_stcore/stream"):
        pass
    assert closed.value.code == 4401


def test_login_sets_a_cookie_no_script_can_read(client: TestClient) -> None:
    answer = client.post("/login", data={"name": "paidan", "password": "jiesu-paidan"})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get("/desk").text == "secret"
    own = {"cookie": f"{gate.COOKIE}={client.cookies[gate.COOKIE]}"}
    with client.websocket_connect("/_stcore/stream", headers=own) as socket:
        assert socket.receive_text() == "secret"


def test_database_holds_only_the_hash(client: TestClient) -> None:
    enter(client)
    token = client.cookies[gate.COOKIE]
    with connect.session() as session:
        assert token not in {row.token_hash for row in session.exec(select(LoginRow))}


def test_wrong_password_and_unknown_name_sound_the_same(client: TestClient) -> None:
    wrong = client.post("/login", data={"name": "shenhe", "password": "not-the-password"})
    nobody = client.post("/login", data={"name": "nobody", "password": "not-the-password"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace("shenhe", "") == nobody.text.replace("nobody", "")


def test_many_failures_close_the_door_for_a_while(client: TestClient) -> None:
    codes = [enter(client, "nobody", "not-the-password") for _ in range(gate.TRIES + 1)]
    assert codes[:-1] == [401] * gate.TRIES
    assert codes[-1] == 429


def test_name_is_shown_as_text(client: TestClient) -> None:
    answer = client.post("/login", data={"name": '"><script>alert(1)</script>', "password": "x"})
    assert "<script>alert" not in answer.text


def test_login_from_another_site_is_refused(client: TestClient) -> None:
    data = {"name": "paidan", "password": "jiesu-paidan"}
    assert client.post("/login", data=data, headers={"origin": "http://elsewhere"}).status_code == 403


def test_logout_ends_the_session_everywhere(client: TestClient) -> None:
    enter(client)
    token = client.cookies[gate.COOKIE]
    assert client.get("/logout").headers["location"].startswith("/login")
    client.cookies.set(gate.COOKIE, token)
    assert client.get("/desk", headers={"accept": "text/html"}).status_code == 303


def test_logout_from_another_site_does_nothing(client: TestClient) -> None:
    enter(client)
    client.get("/logout", headers={"sec-fetch-site": "cross-site"})
    assert client.get("/desk").text == "secret"


def test_expired_session_is_a_stranger(client: TestClient) -> None:
    enter(client)
    with connect.session() as session:
        _expire(session)
    assert client.get("/desk", headers={"accept": "text/html"}).status_code == 303


def _expire(session: Session) -> None:
    for row in session.exec(select(LoginRow)):
        row.expires_at = now_utc() - timedelta(seconds=1)
        session.add(row)
    session.commit()


def test_every_answer_forbids_foreign_content(client: TestClient) -> None:
    for path in ("/login", "/desk"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy
