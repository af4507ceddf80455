"""The settings (设置): one tuple of (name, default, help), read once from the ``JIESU_*`` variables."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from classify.ticket import InputError


class Setting(NamedTuple):
    """One setting: ``name`` without the prefix and in lower case, ``default`` as text, ``help`` for a person."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return f"JIESU_{self.name.upper()}"


SETTINGS: Final = (
    Setting("home", "./.jiesu", "工作目录:SQLite 库、模型、收件箱、隔离区、报告都在其下"),
    Setting("database_url", "", "数据库地址;空则用工作目录下的 SQLite。PostgreSQL 写 postgresql://用户@主机/库名"),
    Setting("pack", "jinan", "城市包:随产品的名称(jinan、qingdao、anonymous)或目录"),
    Setting("model_dir", "", "模型目录;空则只用词表与规则"),
    Setting("secret_file", "", "密钥文件,用于来电人哈希与字段加密;空则为工作目录下 secret.key,首次运行时生成,权限 600"),
    Setting("timezone", "Asia/Shanghai", "页面与报告显示的时区;时限与统计口径始终按北京时间"),
    Setting("real_data", "", "真实留言所在目录,仅测试与基准使用;空则跳过"),
    Setting("session_hours", "12", "登录有效时长(小时)"),
    Setting("claim_minutes", "20", "领取工单后的占用时长(分钟),到时自动放回队列"),
    Setting(
        "notify_file",
        "",
        "预警通知的收件人文件(权限 600),每行“名称 最低等级 地址”,"
        "地址用 apprise 写法:mailtos://、jsons://、wecombot:// 等;空则不通知",
    ),
    Setting("database_wait", "30", "等待数据库锁的最长时间(秒)"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, checked. Empty texts are None; paths are absolute."""

    home: Path
    database_url: str
    pack: str
    model_dir: Path | None
    secret_file: Path
    timezone: ZoneInfo
    real_data: Path | None
    session_hours: int
    claim_minutes: int
    database_wait: int
    notify_file: Path | None = None


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """Settings from ``environment`` (None: the process's own). Raises InputError naming the variable."""
    source = dict(os.environ) if environment is None else environment
    given = {one.name: source.get(one.variable, "").strip() or one.default for one in SETTINGS}
    home = Path(given["home"]).expanduser().resolve()
    return Settings(
        home=home,
        database_url=_database_url(given["database_url"], home),
        pack=given["pack"],
        model_dir=_path(given["model_dir"]),
        secret_file=_path(given["secret_file"]) or home / "secret.key",
        timezone=_zone(given["timezone"]),
        real_data=_path(given["real_data"]),
        session_hours=_count("session_hours", given["session_hours"], 1, 168),
        claim_minutes=_count("claim_minutes", given["claim_minutes"], 1, 480),
        database_wait=_count("database_wait", given["database_wait"], 1, 600),
        notify_file=_path(given["notify_file"]),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Tests call ``settings.cache_clear()`` after changing a variable."""
    return read_settings()


def secret(file: Path | None = None) -> bytes:
    """The key for caller hashes and field encryption: 32 bytes, made on first use with mode 600, never in the database.

    ``file`` None means the one in the settings. Raises InputError when the file is there but holds too little.
    """
    path = file or settings().secret_file
    try:
        return _read_secret(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 600
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32) + "\n")
    try:
        # a link is atomic: of two first runs only one sets the key, and nobody reads half of it
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        os.unlink(fresh)
    return _read_secret(path)


def settings_table() -> str:
    """docs/settings.md, generated: a test holds the file to it."""
    lines = [
        "# 设置",
        "",
        "由 `warehouse/settings.py` 生成(`python -m warehouse.settings > docs/settings.md`),请勿手改。",
        "",
        "| 变量 | 缺省 | 说明 |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{one.variable}` | {f'`{one.default}`' if one.default else '(空)'} | {one.help} |" for one in SETTINGS
    ]
    return "\n".join(lines) + "\n"


def _read_secret(path: Path) -> bytes:
    text = path.read_text(encoding="ascii").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < 32:
        raise InputError(f"密钥文件 {path} 内容不完整", allowed="64 位十六进制;可删除后重新生成,但来电人哈希会改变")
    return key


def _database_url(given: str, home: Path) -> str:
    if not given:
        return f"sqlite:///{home / 'jiesu.db'}"
    # the driver is ours to choose: psycopg 3 is the one in the lock file
    for short in ("postgres://", "postgresql://"):
        if given.startswith(short):
            return "postgresql+psycopg://" + given[len(short) :]
    if not given.startswith(("sqlite", "postgresql+psycopg://")):
        raise InputError(
            "设置 JIESU_DATABASE_URL 无法识别", value=given.split("://")[0], allowed=" sqlite:///… 或 postgresql://…"
        )
    return given


def _path(given: str) -> Path | None:
    return Path(given).expanduser().resolve() if given else None


def _zone(given: str) -> ZoneInfo:
    try:
        return ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError("设置 JIESU_TIMEZONE 不是已知时区", value=given, allowed="如 Asia/Shanghai") from error


def _count(name: str, given: str, low: int, high: int) -> int:
    if not given.isdecimal() or not low <= int(given) <= high:
        raise InputError(f"设置 JIESU_{name.upper()} 不对", value=given, allowed=f" {low} 到 {high} 的整数")
    return int(given)


if __name__ == "__main__":
    import sys

    sys.stdout.write(settings_table())
