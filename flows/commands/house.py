"""Commands that keep house: demo, serve, samples, settings, db, pack, user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from classify.ticket import InputError
from flows.commands.options import AsOf, Json, Model, Pack, as_of_moment, finish, model_of, pack_of
from warehouse.settings import SETTINGS, settings

Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="页面端口")]
Address = Annotated[str, typer.Option("--address", help="监听地址;缺省只有本机能访问")]

database = typer.Typer(help="数据库结构", no_args_is_help=True)
packs = typer.Typer(help="城市包", no_args_is_help=True)
users = typer.Typer(help="账号", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds this file's commands to ``jiesu``."""
    for command in (demo, serve, samples):
        app.command()(command)
    app.command("settings")(show_settings)
    app.add_typer(database, name="db")
    app.add_typer(packs, name="pack")
    app.add_typer(users, name="user")


def demo(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="自己的文件;缺省用随产品的样例")] = None,
    pack: Pack = None,
    model: Model = None,
    dashboard: Annotated[bool, typer.Option("--dashboard/--no-dashboard", help="跑完后打开页面服务")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="即使数据未变也重建演示库")] = False,
    port: Port = 8501,
    address: Address = "127.0.0.1",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """演示:建一个全新的库,入库、研判、关联、预警,然后打开页面。"""
    from flows.demo import run_demo
    from flows.pages import serve_pages

    moment = as_of_moment(as_of) if as_of else None
    shown = run_demo(files or [], pack_of(pack), model_of(model), moment, fresh=fresh or not dashboard)
    finish(shown.counts, shown.sentence(), as_json)
    if dashboard:
        serve_pages(port, address, pack_of(pack), as_of=shown.as_of, logins=shown.logins)


def serve(port: Port = 8501, address: Address = "127.0.0.1", pack: Pack = None) -> None:
    """打开页面服务,按 Ctrl+C 结束。"""
    from flows.pages import serve_pages
    from warehouse.engine import upgrade

    upgrade()
    serve_pages(port, address, pack_of(pack))


def samples(
    out: Annotated[Path, typer.Option("--out", help="输出目录")],
    seed: Annotated[int, typer.Option("--seed", help="随机种子;同一种子得到同样的样例")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=4000)] = 400,
    n: Annotated[int, typer.Option("--n", min=1, max=5_000_000, help="工单数")] = 20_000,
    as_json: Json = False,
) -> None:
    """生成合成工单、流转记录与真值;没有真实的人。"""
    from samples import generate

    made = generate(seed=seed, days=days, n=n, out_dir=out)
    counts = {"tickets": made.tickets, "rows": made.rows, "events": made.events, "files": [f.name for f in made.files]}
    finish(counts, f"工单 {made.rows} 行,流转 {made.events} 行 → {out}", as_json)


def show_settings() -> None:
    """列出全部设置、当前值与说明。"""
    current = settings()
    for one in SETTINGS:
        value = getattr(current, one.name)
        shown = "" if value is None else str(value)
        if one.name == "database_url":
            from sqlalchemy.engine import make_url

            shown = make_url(shown).render_as_string(hide_password=True)
        typer.echo(f"{one.variable}={shown}\n    {one.help}")


@database.command("upgrade")
def upgrade_database() -> None:
    """把数据库升级到当前代码的结构;可以反复运行。"""
    from warehouse.engine import upgrade

    upgrade()
    typer.echo("数据库已是最新结构")


@database.command("check")
def check_database() -> None:
    """检查数据库与代码是否一致。"""
    from warehouse.engine import check

    if problems := check():
        for problem in problems:
            typer.echo(problem)
        raise InputError("数据库与代码不一致", value=f"{len(problems)} 处")
    typer.echo("数据库与代码一致")


@packs.command("check")
def check_city_pack(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="城市包的目录或名称")], as_json: Json = False
) -> None:
    """检查城市包:每处问题写明文件、行、列。"""
    from routing.pack import find_folder
    from routing.pack_check import check_pack
    from warehouse.pack_check import check_tables

    problems = check_pack(find_folder(folder))
    if not problems:
        problems = check_tables(folder)
    for problem in problems:
        typer.echo(str(problem))
    finish({"problems": len(problems)}, "城市包没有问题" if not problems else f"共 {len(problems)} 处问题", as_json)
    if problems:
        raise typer.Exit(2)


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="登录名")],
    role: Annotated[
        str,
        typer.Option(
            "--role", help="dispatcher、reviewer、officer、supervisor、analyst、leader、auditor、administrator"
        ),
    ],
    areas: Annotated[list[str] | None, typer.Option("--area", help="可见的区县,可多次;缺省为全部")] = None,
    units: Annotated[list[str] | None, typer.Option("--unit", help="所属单位,可多次;缺省为全部")] = None,
) -> None:
    """新建账号;密码在终端上输入,不经命令行。"""
    from warehouse.accounts import create_user
    from warehouse.engine import make_engine, open_session, upgrade

    password = typer.prompt("密码", hide_input=True, confirmation_prompt="再输一次")
    upgrade()
    with open_session(make_engine()) as session:
        create_user(session, name, password, role, areas=areas, units=units)
    typer.echo(f"已建账号 {name}({role})")


@users.command("list")
def list_all_users() -> None:
    """列出账号、角色与范围。"""
    from warehouse.accounts import list_users
    from warehouse.engine import make_engine, open_session, upgrade
    from warehouse.scope import SYSTEM

    upgrade()
    with open_session(make_engine()) as session:
        for user in list_users(session, SYSTEM):
            areas = "、".join(sorted(user.areas)) if user.areas is not None else "全部区域"
            units = "、".join(sorted(user.units)) if user.units is not None else "全部单位"
            typer.echo(f"{user.name}\t{user.role}\t{areas}\t{units}")
