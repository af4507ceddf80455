"""The city pack (城市包): everything that a city would change, as a folder of CSV and TOML files.

A pack names the pack that it extends; a file of its own replaces the inherited file of the same name as a whole.
``base`` is the root of the shipped ones. The hash covers the effective content of every file that a result depends
on, taxonomy and lexicon included, so that a result can say exactly what data it was made with.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import classify
from classify.ticket import PackError, Where

PACKS: Final = Path(__file__).parent / "data" / "packs"
"""The shipped packs."""

CLASSIFY_DATA: Final = Path(classify.__file__).parent / "data"
"""Where taxonomy and lexicon come from unless a pack brings its own."""

SHARED: Final = ("taxonomy.csv", "crosswalk.csv", "lexicon.csv", "request_type.csv")
"""Tables that come from ``classify/data`` unless a pack brings its own."""

FOLDERS: Final = {"lexicon.csv": "lexicon"}
"""Tables that may also be a folder of CSV files."""

KEYS: Final = {"name": str, "title": str, "city": str, "province": str, "extends": str, "letters": bool}
"""Keys of pack.toml. ``letters``: places are written like A市 A3区 (the anonymised real messages)."""

HASH_LENGTH: Final = 16
"""Hexadecimal digits kept of the SHA-256: 64 bits tell versions of one city's data apart for good."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A loaded pack. ``folders`` run from its own folder to the root; ``city`` is "" for a pack of no one city."""

    name: str
    title: str
    city: str
    province: str
    letters: bool
    folders: tuple[Path, ...]
    hash: str
    bare: bool = False
    """Whether it is the common data lent to a known city that has no pack: nothing in it is that city's own."""

    @classmethod
    def load(cls, name_or_dir: str | Path) -> Pack:
        """The shipped pack of that name, or the pack in that folder. Raises PackError.

        The name of a known city without a pack gives the common data under its name, ``bare``: people review all.
        """
        if city := city_without_pack(str(name_or_dir)):
            return replace(cls.load("base"), name=city, title=f"{city}(没有城市包)", city=city, bare=True)
        folder = find_folder(name_or_dir)
        own = read_settings(folder)
        chain, settings = [folder], own
        while parent := settings.get("extends"):
            above = find_folder(str(parent), beside=chain[-1])
            if above in chain:
                raise PackError("城市包的继承成环", value=str(parent), where=Where("pack.toml", field="extends"))
            chain.append(above)
            settings = read_settings(above)
        folders = tuple(chain)
        merged: dict[str, object] = {}
        for one in reversed(folders):
            merged.update(read_settings(one))
        return cls(
            name=str(own["name"]),
            title=str(merged.get("title", own["name"])),
            city=str(merged.get("city", "")),
            province=str(merged.get("province", "")),
            letters=bool(merged.get("letters", False)),
            folders=folders,
            hash=content_hash(folders),
        )

    def path(self, filename: str) -> Path:
        """The effective file (``lexicon.csv``: or folder) of that name: its own, else the nearest inherited one.

        Raises PackError when no layer has it.
        """
        found = self.maybe(filename)
        if found is None:
            raise PackError("城市包缺少文件", value=filename, where=Where(str(self.folders[0])))
        return found

    def maybe(self, filename: str) -> Path | None:
        """Like :meth:`path`, but None when no layer has the file."""
        return _effective(self.folders, filename)


def city_without_pack(name: str) -> str | None:
    """The full name of a known city (``cities.csv`` of the base pack) that ``name`` means, unless a pack has it."""
    if "/" in name or (PACKS / name / "pack.toml").is_file() or Path(name).is_dir():
        return None
    with (PACKS / "base" / "cities.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "市"]
    return next((row["name"] for row in rows if name in (row["name"], *row["aliases"].split(";")) and name), None)


def find_folder(name_or_dir: str | Path, beside: Path | None = None) -> Path:
    """The folder of a pack: a shipped name, else a path (as it stands, or seen from the pack ``beside`` it)."""
    text = str(name_or_dir)
    if text and "/" not in text and (PACKS / text / "pack.toml").is_file():
        return PACKS / text
    roots = [Path(text), *([beside / text, beside.parent / text] if beside else [])]
    for folder in roots:
        if (folder / "pack.toml").is_file():
            return folder.resolve()
    if Path(text).is_dir():
        raise PackError("文件夹里没有 pack.toml", value=text)
    names = "、".join(sorted(path.parent.name for path in PACKS.glob("*/pack.toml")))
    raise PackError("没有这个城市包", value=text, allowed=f"随产品提供的 {names},或含有 pack.toml 的文件夹")


def read_settings(folder: Path) -> dict[str, object]:
    """pack.toml of one folder; unknown keys, wrong types and a missing name are refused."""
    where = Where(f"{folder.name}/pack.toml")
    try:
        settings = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError("pack.toml 无法解析", value=str(error), where=where) from None
    for key, value in settings.items():
        if key not in KEYS:
            raise PackError("不认识的键", value=key, allowed="、".join(KEYS), where=Where(where.file, field=key))
        if not isinstance(value, KEYS[key]):
            raise PackError(
                "值的类型不对", value=str(value), allowed=KEYS[key].__name__, where=Where(where.file, field=key)
            )
    if not settings.get("name"):
        raise PackError("缺少键", value="name", where=where)
    return settings


def content_hash(folders: tuple[Path, ...]) -> str:
    """Hash of the effective files of a chain of folders: names and bytes, in name order; pack.toml of every layer."""
    names = {path.name for folder in folders for path in folder.iterdir() if path.suffix in (".csv", ".toml")}
    digest = hashlib.sha256()
    for index, folder in enumerate(folders):
        _feed(digest, f"{index}/pack.toml", folder / "pack.toml")
    for name in sorted((names | set(SHARED)) - {"pack.toml"}):
        path = _effective(folders, name)
        for file in sorted(path.glob("*.csv")) if path and path.is_dir() else [path] if path else []:
            _feed(digest, f"{name}/{file.name}", file)
    return digest.hexdigest()[:HASH_LENGTH]


def _feed(digest: hashlib._Hash, name: str, path: Path) -> None:
    # Line ends are levelled: a checkout on another system is the same pack.
    content = path.read_bytes().replace(b"\r\n", b"\n")
    digest.update(f"{name}\0{len(content)}\0".encode())
    digest.update(content)


def _effective(folders: tuple[Path, ...], filename: str) -> Path | None:
    shared: tuple[Path, ...] = (CLASSIFY_DATA,) if filename in SHARED else ()
    for folder in (*folders, *shared):
        if (folder / filename).is_file():
            return folder / filename
        if filename in FOLDERS and (folder / FOLDERS[filename]).is_dir():
            return folder / FOLDERS[filename]
    return None
