"""The login gate (登录): who may reach Streamlit at all, and the three plain pages around it.

The cookie holds a random token; the warehouse keeps only its hash and its expiry. A stranger is sent to ``/login``;
a stranger's web socket is closed before a session exists.
"""

from __future__ import annotations

import html
import time
from collections import defaultdict, deque
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import connect, sign_on

COOKIE: Final = "jiesu_session"
OPEN_PATHS: Final = ("/login", "/login/sso", "/logout", "/_stcore/health", "/static/", "/favicon.png")
"""Paths without a session: the login itself, the liveness probe, and Streamlit's own scripts, which hold no data."""
PAGE: Final = (Path(__file__).with_name("data") / "login.html").read_text(encoding="utf-8")
TRIES: Final = 8
WINDOW: Final = 300.0
"""Failed logins allowed for one account from one address in so many seconds; after that the door waits."""
POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from another host. Streamlit starts from inline scripts and Vega compiles expressions: both 'unsafe-'."""

_failures: dict[str, deque[float]] = defaultdict(deque)


class Gate:
    """ASGI middleware that lets strangers see the login page only, and puts the safety headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if self._is_open(scope["path"]) or await _living(HTTPConnection(scope)):
            await self.app(scope, receive, _with_headers(send))
            return
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4401, "reason": "login"})
            return
        if scope["method"] == "GET" and sign_on.arrived(HTTPConnection(scope)):
            answer = await signed_on(Request(scope, receive))
            await answer(scope, receive, _with_headers(send))
            return
        await _refusal(scope)(scope, receive, _with_headers(send))

    @staticmethod
    def _is_open(path: str) -> bool:
        if path in sign_on.OPEN:
            return sign_on.configured()
        return any(path == one or (one.endswith("/") and path.startswith(one)) for one in OPEN_PATHS)


async def _living(connection: HTTPConnection) -> bool:
    token = connection.cookies.get(COOKIE)
    if not token:
        return False
    try:
        return await to_thread.run_sync(connect.account_of, token) is not None
    except connect.Down:
        # The page itself says that the database is away and keeps what was typed; a login page would lose it.
        return connection.scope["type"] == "websocket" or "/_stcore/" in connection.scope["path"]


def _refusal(scope: Scope) -> Response:
    wants_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    if wants_page:
        return RedirectResponse("/login", status_code=303)
    return PlainTextResponse("请先登录", status_code=401)


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = POLICY
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            headers["X-Frame-Options"] = "DENY"
        await send(message)

    return wrapped


async def login_page(request: Request) -> Response:
    """The form; whoever is logged in already goes on to the pages."""
    if await _living(request):
        return RedirectResponse("/", status_code=303)
    said = {"expired": "登录已过期,请重新登录。", "bye": "已退出登录。"}.get(request.query_params.get("why", ""), "")
    return _form(said)


def _form(said: str = "", name: str = "", status: int = 200) -> HTMLResponse:
    note = f'<p class="note" role="status">{html.escape(said)}</p>' if said and status == 200 else ""
    wrong = f'<p class="wrong" role="alert">{html.escape(said)}</p>' if said and status != 200 else ""
    other = '<p class="other"><a href="/login/sso">用统一认证登录</a></p>' if sign_on.configured() else ""
    page = (
        PAGE.replace("<!--other-->", other)
        .replace("<!--said-->", note + wrong)
        .replace("<!--name-->", html.escape(name, quote=True))
    )
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


async def login_try(request: Request) -> Response:
    """Check name and password; set the cookie, or say why not (the same words for a wrong name or password)."""
    if not _same_origin(request):
        return _form("请求来源不对,请从本页登录。", status=403)
    form = await request.form(max_files=0, max_fields=4)
    name, password = str(form.get("name", "")).strip()[:64], str(form.get("password", ""))[:256]
    who = f"{request.client.host if request.client else '?'}|{name}"
    if _too_many(who):
        return _form("连续多次登录失败,请 5 分钟后再试,或找系统管理员。", name, 429)
    try:
        token = await to_thread.run_sync(connect.login, name, password) if name and password else None
    except connect.Down:
        return _form("数据库暂时连不上,请稍后再试。", name, 503)
    if token is None:
        _failures[who].append(time.monotonic())
        return _form("用户名或密码不对。", name, 401)
    _failures.pop(who, None)
    return _entered(request, token)


def _entered(request: Request, token: str) -> Response:
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/")
    return answer


async def signed_on(request: Request) -> Response:
    """Exchange the identity that the provider gave for a session of ours, or say why not; it is used once."""
    token, why = await sign_on.token_for(request)
    answer = _entered(request, token) if token else _form(why, status=403)
    sign_on.forget(answer, request)
    return answer


def _too_many(who: str) -> bool:
    tries, now = _failures[who], time.monotonic()
    while tries and now - tries[0] > WINDOW:
        tries.popleft()
    return len(tries) >= TRIES


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def logout(request: Request) -> Response:
    """End the session in the warehouse and forget the cookie. A link on another site cannot do it."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        return RedirectResponse("/", status_code=303)
    token = request.cookies.get(COOKIE)
    if token:
        try:
            await to_thread.run_sync(connect.logout, token)
        except connect.Down:
            return PlainTextResponse("数据库暂时连不上,没有退出成功,请稍后再试。", status_code=503)
    answer = RedirectResponse("/login?why=bye", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer
