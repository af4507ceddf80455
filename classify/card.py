"""The model card (模型说明) in Chinese, for a head of department: what it learned, how good it is, its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TARGETS: Final = {"category": "事项分类", "owner": "承办单位"}
_SHAPES: Final = {1: "外来标签,一级", 2: "外来标签,先一级后二级", 3: "外来标签,先一级、再二级、后三级"}
_WEAK: Final = 0.7
_ROWS: Final = 40


def write_card(manifest: Mapping[str, Any]) -> str:
    """Markdown of the card from the manifest of a model folder."""
    metrics = manifest["metrics"]
    auto = metrics.get("auto", {})
    lines = [
        "# 模型说明",
        "",
        f"- 预测什么: {_TARGETS.get(manifest['target'], manifest['target'])}({_shape(manifest)})",
        f"- 学自: {manifest['tickets']} 条已标注工单,{len(manifest['labels'])} 个标签;数据指纹 {manifest['data']}",
        f"- 依据: 标题和正文的字与相邻两字、词库证据(词库 {manifest['lexicon']},分类体系 {manifest['taxonomy']})",
        "",
        "## 有多准",
        "",
        "以下各数都是“没见过的那一份”上的:工单分五份,轮流留一份不学只考;内容几乎相同的工单总在同一份里。",
        "",
        "| 指标 | 值 | 意思 |",
        "|---|---|---|",
        f"| 准确率 | {metrics['accuracy']:.1%} | 第一选择就对的比例(共 {metrics['tickets']} 条) |",
        f"| 前三命中 | {metrics['top3']:.1%} | 前三个选择里有正确答案的比例 |",
        f"| 宏平均 F1 | {metrics['macro_f1']:.3f} | 每个标签同等看待的综合分,满分 1 |",
        f"| 校准误差 | {metrics['ece']:.3f} | 说“九成把握”时与实际相差多少,越小越好 |",
        "",
    ]
    lines += _lexicon_lines(manifest.get("lexicon_alone"), metrics)
    lines += _auto_lines(manifest["auto"], auto)
    split = manifest.get("time_split")
    if split:
        lines += [f"按时间考(学旧的,考最新五分之一 {split['tickets']} 条): 准确率 {split['accuracy']:.1%}。", ""]
    lines += _dropped_lines(manifest["dropped"])
    lines += _rare_lines(manifest.get("rare", {}), manifest["kind"])
    lines += _class_lines(metrics, manifest.get("names", {}))
    lines += [
        "## 用的时候注意",
        "",
        "- 模型只给建议;紧急、不予受理、易争议的工单一律由人定。自动通道的工单也要按比例抽查。",
        "- 没学过的代码由词库判断。分类体系一改,模型即被拒绝加载,须重新训练。",
        "",
    ]
    return "\n".join(lines)


def _shape(manifest: Mapping[str, Any]) -> str:
    if manifest["kind"] == "codes":
        return "本产品的分类代码,先一级后二级" + (",有例子的再到三级" if len(manifest["steps"]) > 2 else "")
    return _SHAPES.get(len(manifest["steps"]), "外来标签,逐级判断")


def _lexicon_lines(alone: Mapping[str, float] | None, metrics: Mapping[str, Any]) -> list[str]:
    if alone is None:
        return []
    better = metrics["macro_f1"] - alone["macro_f1"]
    verdict = (
        "学习有收获"
        if better > 0.005
        else "与不学相差无几,标注还少时属正常"
        if better > -0.01
        else "比不学还差,先别启用"
    )
    figures = f"准确率 {alone['accuracy']:.1%},宏平均 F1 {alone['macro_f1']:.3f}"
    return [f"同一批工单,不学、只用词库: {figures}。结论: {verdict}。", ""]


def _rare_lines(rare: Mapping[str, int], kind: str) -> list[str]:
    if not rare:
        return []
    what = "二级仍由词库判断,三级并入二级" if kind == "codes" else "并入上一级,并不到三条的不学"
    some = "、".join(f"{name}({count})" for name, count in list(rare.items())[:12])
    more = f" 等 {len(rare)} 个" if len(rare) > 12 else ""
    return [f"例子不到三条的标签,{what}: {some}{more}。多标几条后重新训练即可学会。", ""]


def _auto_lines(threshold: float | None, auto: Mapping[str, float]) -> list[str]:
    if threshold is None:
        return ["自动通道: 没有达到 97% 准确率的分界,全部由人审核。", ""]
    said = f"概率不低于 {threshold:.2f} 的工单可走自动通道: 占 {auto['share']:.1%},其中 {auto['precision']:.1%} 正确。"
    return [said, ""]


def _dropped_lines(dropped: Mapping[str, int]) -> list[str]:
    if not dropped:
        return []
    return ["没有学的工单: " + ";".join(f"{why} {count} 条" for why, count in dropped.items()) + "。", ""]


def _class_lines(metrics: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    rows = sorted(metrics["per_class"].items(), key=lambda one: -one[1]["tickets"])
    lines = ["## 各标签", "", "| 标签 | 条数 | 查准 | 查全 | F1 |", "|---|---|---|---|---|"]
    for name, row in rows[:_ROWS]:
        mark = " ⚠" if row["f1"] < _WEAK else ""
        figures = " | ".join(f"{row[one]:.2f}" for one in ("precision", "recall", "f1"))
        lines.append(f"| {_named(name, names)}{mark} | {row['tickets']} | {figures} |")
    if len(rows) > _ROWS:
        lines.append(f"(另有 {len(rows) - _ROWS} 个标签见 manifest.json)")
    lines += ["", "⚠ 的标签还不可靠。最常混淆的(实际 → 判成,条数):", ""]
    told = [(_named(actual, names), _named(said, names), count) for actual, said, count in metrics["confusions"][:8]]
    lines += [f"- {actual} → {said}: {count}" for actual, said, count in told] or ["- (没有)"]
    return [*lines, ""]


def _named(label: str, names: Mapping[str, str]) -> str:
    """A code with its name for people; other labels as they are."""
    return f"{label} {names[label]}" if label in names else label
