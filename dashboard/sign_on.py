"""Single sign-on (统一认证) by configuration: Streamlit's OIDC routes say who somebody is, our accounts what they may.

``secrets.toml`` in JIESU_HOME (mode 600) holds Streamlit's ``[auth]`` (redirect_uri, cookie_secret, client_id,
client_secret, server_metadata_url: what ``st.login`` reads) and our ``[sign_on]``::

    [sign_on]
    account = "preferred_username"   # the claim that is the account's name
    title = "name"                   # … the person's name
    role = "groups"                  # … a text or a list, mapped below; unknown values give nothing
    areas = "districts"              # optional: lists of districts and units; absent: all
    units = "units"
    [sign_on.roles]
    "hotline-desk" = "dispatcher"

Without ``[sign_on.roles]`` only people with an account get in. The identity cookie of Streamlit is exchanged once for
a session of ours and deleted: expiry, logout and switched-off accounts then work as for everyone else.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from anyio import to_thread
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.runtime.secrets import secrets_singleton
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from classify.ticket import HotlineError
from dashboard import connect
from warehouse import accounts
from warehouse.scope import ROLE_TITLES

logger = logging.getLogger("jiesu.dashboard")

IDENTITY: Final = "_streamlit_user"
TOKENS: Final = "_streamlit_user_tokens"
OPEN: Final = ("/auth/login", "/oauth2callback")
"""Streamlit's routes that a stranger needs while they sign on."""
SKEW: Final = 60
"""Seconds that the clocks of provider and server may differ."""
REFUSED: Final = "统一认证通过,但没有可用的接诉账号或岗位,请联系本单位系统管理员。"


def configured() -> bool:
    """Whether ``secrets.toml`` has an ``[auth]`` section."""
    return bool(get_secrets_auth_section())


def arrived(connection: HTTPConnection) -> bool:
    """Whether the browser comes back from the provider with an identity."""
    return IDENTITY in connection.cookies and configured()


async def begin(_request: Request) -> Response:
    """What ``st.login()`` does, without a page: off to the provider."""
    if not configured():
        return RedirectResponse("/login", status_code=303)
    return RedirectResponse(generate_login_redirect_url("default"), status_code=303)


def claims_of(connection: HTTPConnection, now: float | None = None) -> Mapping[str, Any] | None:
    """The claims that Streamlit signed into its cookie; None when they are forged, of another origin, or over."""

    def read(name: str) -> bytes | None:
        value = connection.cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value.encode("latin-1", "replace")) if value else None

    try:
        claims = json.loads(get_cookie_with_chunks(read, IDENTITY) or b"null")
    except ValueError:
        return None
    if not isinstance(claims, dict) or not claims.get("is_logged_in"):
        return None
    # Streamlit does not look at the expiry of the token behind its cookie of 30 days
    ends = claims.get("exp")
    if not isinstance(ends, int | float) or ends + SKEW < (now if now is not None else time.time()):
        return None
    return claims


def settings_of() -> Mapping[str, Any]:
    """Our section of the configuration."""
    found = secrets_singleton.get("sign_on") if secrets_singleton.load_if_toml_exists() else None
    return found.to_dict() if found is not None and hasattr(found, "to_dict") else dict(found or {})


def role_of(claims: Mapping[str, Any], told: Mapping[str, Any]) -> str | None:
    """The role that the claims give, the first that the table knows; None when none does."""
    given = claims.get(str(told.get("role", "groups")))
    values = given if isinstance(given, list) else [given]
    table = dict(told.get("roles") or {})
    return next((table[one] for one in map(str, values) if table.get(one) in ROLE_TITLES), None)


def admit(claims: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """A token of ours for the person of the claims. Raises HotlineError with a sentence for who may not come in.

    The provider is the authority over accounts without a password of ours: role, areas and units follow its claims at
    every login. An account with a password keeps what the administrator gave it.
    """
    name = str(claims.get(str(told.get("account", "preferred_username"))) or "").strip()
    title = str(claims.get(str(told.get("title", "name"))) or "").strip() or None
    reach = {one: _listed(claims, told.get(one)) for one in ("areas", "units")}
    with connect.session() as session:
        return accounts.sign_on(session, name, role_of(claims, told), title=title, **reach)


def _listed(claims: Mapping[str, Any], claim: object) -> frozenset[str] | None:
    if not claim:
        return None
    given = claims.get(str(claim))
    values = given if isinstance(given, list) else [given] if given else []
    return frozenset(str(one) for one in values)


async def token_for(request: Request) -> tuple[str | None, str]:
    """A token, or None and why not."""
    claims = claims_of(request)
    if claims is None:
        return None, "统一认证已过期,请重新登录。"
    try:
        return await to_thread.run_sync(admit, claims, settings_of()), ""
    except connect.Down:
        return None, "数据库暂时连不上,请稍后再试。"
    except HotlineError as error:
        logger.warning("sign-on refused: %s", type(error).__name__)
        return None, REFUSED


def forget(answer: Response, request: Request) -> None:
    """Take Streamlit's identity cookies away."""
    for name in request.cookies:
        if name.startswith((IDENTITY, TOKENS)):
            answer.delete_cookie(name, path="/")
