"""Publishing a pack: only a checked one, with who, when and why; what is in use does not change under the flows."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from classify.ticket import AccessError, InputError, StateError
from routing.pack import Pack
from warehouse.models import AuditRow
from warehouse.pack_publish import candidates, check, difference, pack_in_use, publish_pack, published
from warehouse.scope import Scope
from warehouse.settings import settings

ADMIN = Scope("root", "administrator")


@pytest.fixture
def city(_home: None) -> Path:
    """A pack of the city under packs/, which adds a holiday."""
    folder = settings().home / "packs" / "ours"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text('name = "ours"\ntitle = "本市"\nextends = "jinan"\n', encoding="utf-8")
    places = Pack.load("jinan").path("places.csv").read_text(encoding="utf-8")
    (folder / "places.csv").write_text(places, encoding="utf-8")
    return folder


def test_a_pack_is_published_and_used(session: Session, city: Path) -> None:
    assert pack_in_use(session) == "jinan"
    assert published(session).by is None
    assert [one.source for one in candidates(ADMIN)][-1] == "packs/ours"
    publish_pack(session, ADMIN, "packs/ours", "年度修订")
    used = pack_in_use(session)
    assert Pack.load(used).title == "本市"
    (city / "pack.toml").write_text("broken", encoding="utf-8")
    assert Pack.load(pack_in_use(session)).title == "本市"
    told = published(session)
    assert (told.by, told.title) == ("root", "本市")
    line = session.exec(select(AuditRow).where(col(AuditRow.action) == "pack.publish")).one()
    assert (line.actor, line.reason) == ("root", "年度修订")
    publish_pack(session, ADMIN, "qingdao", "换回")
    assert pack_in_use(session) == "qingdao"


def test_a_pack_with_problems_is_not_published(session: Session, city: Path) -> None:
    (city / "strange.csv").write_text("a,b\n", encoding="utf-8")
    assert check(ADMIN, "packs/ours")
    with pytest.raises(InputError, match="不能发布"):
        publish_pack(session, ADMIN, "packs/ours", "试")
    assert pack_in_use(session) == "jinan"


def test_the_difference_is_told_by_table(session: Session, city: Path) -> None:
    table = city / "places.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    (change,) = difference(session, ADMIN, "packs/ours")
    assert (change.file, change.added, change.removed) == ("places.csv", 0, 1)
    assert change.examples == (("−", lines[-1]),)


@pytest.mark.parametrize("source", ["../secret", "packs/..", "packs/../x", "/etc", "packs/", "nothing"])
def test_no_path_leads_out_of_the_folder(session: Session, source: str) -> None:
    with pytest.raises((InputError, StateError, Exception)):
        publish_pack(session, ADMIN, source, "试")
    assert pack_in_use(session) == "jinan"


def test_rights_reason_and_a_missing_copy(session: Session, city: Path) -> None:
    for read in (lambda s: candidates(s), lambda s: check(s, "jinan"), lambda s: difference(session, s, "jinan")):
        with pytest.raises(AccessError):
            read(Scope("x", "supervisor"))
    with pytest.raises(InputError, match="理由"):
        publish_pack(session, ADMIN, "qingdao", " ")
    publish_pack(session, ADMIN, "packs/ours", "年度修订")
    copy = Path(pack_in_use(session))
    (copy / "pack.toml").unlink()
    with pytest.raises(StateError, match="不在这台机器"):
        pack_in_use(session)
