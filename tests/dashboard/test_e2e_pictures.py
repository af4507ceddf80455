"""The pictures under docs/: made anew when one is missing or PICTURES is set, else only tried."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.dashboard.conftest import Site, settled

pytestmark = pytest.mark.e2e
Enter = Callable[..., Any]
DOCS = Path(__file__).parents[2] / "docs"


def take(page: Any, name: str, tmp_path: Path) -> None:
    """The page as docs/``name``, in 256 colours: enough for a page, and small in the repository."""
    wanted = "PICTURES" in os.environ or not (DOCS / name).exists()
    target = (DOCS if wanted else tmp_path) / name
    page.screenshot(path=str(target))
    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(target, optimize=True)
    assert 20_000 < target.stat().st_size < 300_000


def test_desk(enter: Enter, tmp_path: Path) -> None:
    page = enter()
    page.wait_for_selector("[data-pick]")
    page.fill(".st-key-queue_text input", "油烟")
    page.keyboard.press("Enter")
    page.wait_for_function("[...document.querySelectorAll('.j-q .t')].every(t => t.textContent.includes('油烟'))")
    settled(page)
    page.click(".j-q >> nth=0")
    page.wait_for_function("document.querySelector('.j-title').textContent.includes('油烟')")
    page.fill(".st-key-queue_text input", "")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.j-q').length > 10")
    page.keyboard.press("Escape")
    settled(page)
    take(page, "desk.png", tmp_path)


@pytest.mark.parametrize(
    ("name", "path", "sign"),
    [("duban", "overview", ".j-tile"), ("shenhe", "reviewer", "text=同类裁定先例")],
)
def test_page(enter: Enter, site: Site, tmp_path: Path, name: str, path: str, sign: str) -> None:
    page = enter(name)
    page.goto(f"{site.url}/{path}")
    settled(page)
    page.wait_for_selector(sign)
    # a chart is drawn a moment after the page
    for chart in page.query_selector_all("[data-testid=stVegaLiteChart]"):
        chart.wait_for_selector("canvas, svg")
    take(page, f"{path}.png", tmp_path)
