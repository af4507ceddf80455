"""Single sign-on against a real provider on this machine, through Streamlit's own routes: roles, refusals, expiry."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard import gate, serve, sign_on
from tests.dashboard.conftest import _wait
from tests.dashboard.oidc_provider import Provider, provider
from warehouse import accounts
from warehouse.engine import make_engine, open_session, upgrade
from warehouse.scope import Scope
from warehouse.settings import read_settings

SECRETS = """
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "only for this test, never elsewhere"
client_id = "jiesu"
client_secret = "only for this test"
server_metadata_url = "{issuer}/.well-known/openid-configuration"

[sign_on]
account = "preferred_username"
title = "name"
role = "groups"
areas = "districts"
units = "units"
[sign_on.roles]
"hotline-desk" = "dispatcher"
"hotline-unit" = "officer"
"""


class Place:
    """A running dashboard that trusts a provider."""

    def __init__(self, url: str, home: Path, issuer: Provider) -> None:
        self.url, self.home, self.issuer = url, home, issuer
        self.engine = make_engine(f"sqlite:///{home / 'jiesu.db'}")

    def sign_on(self, **claims: Any) -> tuple[httpx.Client, httpx.Response]:
        """Click the link as whoever the claims name, and follow until a page is shown."""
        self.issuer.claims = claims
        client = httpx.Client(follow_redirects=True, headers={"accept": "text/html"}, timeout=30)
        return client, client.get(f"{self.url}/login/sso")

    def account(self, name: str) -> accounts.Account | None:
        with open_session(self.engine) as session:
            return accounts.find_user(session, name)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("sso")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    own = read_settings({"JIESU_HOME": str(home)})
    upgrade(own.database_url)
    with provider() as issuer:
        secrets = home / "secrets.toml"
        secrets.write_text(SECRETS.format(url=url, issuer=issuer.url), encoding="utf-8")
        os.chmod(secrets, 0o600)
        process = serve.start(own, port)
        try:
            _wait(url)
            yield Place(url, home, issuer)
        finally:
            process.terminate()
            process.wait(timeout=20)


def inside(client: httpx.Client, place: Place) -> bool:
    return client.get(f"{place.url}/desk", follow_redirects=False).status_code == 200


def test_a_known_group_comes_in_with_its_role_and_districts(place: Place) -> None:
    client, answer = place.sign_on(
        preferred_username="wang", name="王五", groups=["staff", "hotline-desk"], districts=["历下区"]
    )
    assert answer.status_code == 200
    assert inside(client, place)
    account = place.account("wang")
    assert account is not None
    assert (account.role, account.title, account.areas) == ("dispatcher", "王五", frozenset({"历下区"}))
    assert client.cookies.get(gate.COOKIE)
    assert not [name for name in client.cookies if name.startswith(sign_on.IDENTITY)]
    assert place.issuer.clients[-1] == "jiesu"
    # the provider is the authority: another group, another role
    client, _ = place.sign_on(preferred_username="wang", groups="hotline-unit", units=["历下区城市管理局"])
    changed = place.account("wang")
    assert changed is not None
    assert (changed.role, changed.units) == ("officer", frozenset({"历下区城市管理局"}))
    client.get(f"{place.url}/logout")
    assert not inside(client, place)


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "nobody", "groups": ["staff"]},
        {"preferred_username": "nobody"},
        {"groups": ["hotline-desk"]},
        {"preferred_username": "lone", "groups": ["hotline-unit"]},
    ],
)
def test_a_stranger_is_refused_with_a_sentence(place: Place, claims: dict[str, Any]) -> None:
    client, answer = place.sign_on(**claims)
    assert answer.status_code == 403
    assert "没有可用的接诉账号" in answer.text
    assert not inside(client, place)
    assert place.account(str(claims.get("preferred_username", "x"))) is None


def test_a_local_account_keeps_its_role_and_a_closed_one_stays_closed(place: Place) -> None:
    with open_session(place.engine) as session:
        accounts.create_user(session, "fen", "long enough", "analyst")
        accounts.create_user(session, "gone", None, "dispatcher")
        accounts.set_user(session, Scope("root", "administrator"), "gone", active=False)
    client, _ = place.sign_on(preferred_username="fen", groups=["hotline-desk"])
    assert inside(client, place)
    account = place.account("fen")
    assert account is not None
    assert account.role == "analyst"
    client, answer = place.sign_on(preferred_username="gone", groups=["hotline-desk"])
    assert answer.status_code == 403
    assert not inside(client, place)


def test_a_forged_or_stale_identity_opens_nothing(place: Place) -> None:
    client = httpx.Client(headers={"accept": "text/html"}, timeout=30, cookies={sign_on.IDENTITY: "forged"})
    answer = client.get(f"{place.url}/desk")
    assert answer.status_code == 403
    assert "过期" in answer.text
    late, answer = place.sign_on(preferred_username="late", groups=["hotline-desk"], exp=int(time.time()) - 3600)
    assert not inside(late, place)
    assert place.account("late") is None


def test_without_configuration_there_is_no_other_door(filled: Path) -> None:
    assert not sign_on.configured()
    assert not gate.Gate._is_open("/oauth2callback")
    assert "统一认证" not in gate._form().body.decode()
