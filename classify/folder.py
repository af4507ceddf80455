"""The model folder (模型文件夹): arrays, manifest and card; refused when a byte, the version or the taxonomy differs.

``weights.npz`` holds plain arrays (no pickle), ``manifest.json`` versions, hashes, labels, thresholds and metrics with
the sha256 of every other file, ``model_card.md`` the same for people.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from classify.features import VERSION as FEATURES
from classify.ticket import ModelError, Where
from classify.trie import Array

FORMAT: Final = 2
WEIGHTS: Final = "weights.npz"
MANIFEST: Final = "manifest.json"
CARD: Final = "model_card.md"


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_folder(out: Path, arrays: Mapping[str, Array], manifest: Mapping[str, Any], card: str) -> None:
    """Write the folder next to its place and move it there whole; an older model at ``out`` is replaced.

    A folder at ``out`` that is not a model is never touched: ModelError.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).exists())):
        raise ModelError(
            "输出位置已有别的文件,不是模型文件夹,不会覆盖", value=out.name, allowed="新文件夹或旧模型文件夹"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        np.savez_compressed(work / WEIGHTS, allow_pickle=False, **dict(arrays))
        (work / CARD).write_text(card, encoding="utf-8")
        files = {name: sha256_of(work / name) for name in (WEIGHTS, CARD)}
        whole = {"format": FORMAT, "features": FEATURES, **manifest, "files": files}
        (work / MANIFEST).write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        work.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        os.replace(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def load_folder(folder: Path, taxonomy_hash: str) -> tuple[dict[str, Array], dict[str, Any], str]:
    """Arrays, manifest and the model's short hash of a folder; ModelError when anything does not match."""
    where = Where(file=f"{folder.name}/{MANIFEST}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, kind = dict(manifest["files"]), manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError("模型文件夹不完整:清单缺失或读不出来", where=where) from error
    if kind != FORMAT or manifest.get("features") != FEATURES:
        given = f"{kind}/{manifest.get('features')}"
        raise ModelError("模型是别的版本训练的,请重新训练", value=given, allowed=f"{FORMAT}/{FEATURES}", where=where)
    if manifest.get("taxonomy") != taxonomy_hash:
        given = str(manifest.get("taxonomy"))
        raise ModelError("模型属于另一套分类体系,请重新训练", value=given, allowed=taxonomy_hash, where=where)
    if WEIGHTS not in files:
        raise ModelError("清单没有列出权重文件", where=where)
    for name, digest in files.items():
        path = folder / Path(name).name
        if not path.is_file():
            raise ModelError("模型文件缺失", value=name, where=where)
        if sha256_of(path) != digest:
            raise ModelError("模型文件被改动过,校验值不符", value=name, allowed=digest[:12], where=where)
    try:
        with np.load(folder / WEIGHTS, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError("权重文件读不出来", value=WEIGHTS, where=where) from error
    return arrays, manifest, str(files[WEIGHTS])[:12]
