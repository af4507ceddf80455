"""The keyboard component: keys and clicks on the page become one event that Python handles before the page is drawn.

The browser side is ``keys/keys.js``. Events are dicts with ``act`` and whatever the act needs; ``ticket`` names the
ticket that was on the screen when the key was pressed, so that a late key can never hit the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from dashboard import connect

LOST: Final = "event_lost"
"""In the session: an event found the database away."""
_FOLDER: Final = Path(__file__).with_name("keys")
SCRIPT: Final = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("words.js", "keys.js"))
STYLE: Final = (_FOLDER / "keys.css").read_text(encoding="utf-8")
COMMON: Final = (("/", "查找"), ("?", "显示或收起这张表"), ("Esc", "离开输入框、收起面板"))


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    return st.components.v2.component("jiesu_keys", css=STYLE, js=SCRIPT, isolate_styles=False)


def keyboard(
    page: str,
    on_event: Callable[[dict[str, Any]], None],
    *,
    letters: Mapping[str, str] | None = None,
    help_rows: tuple[tuple[str, str], ...] = (),
    **data: Any,
) -> None:
    """Mount the component. ``letters`` maps a key to an act; ``help_rows`` is what ``?`` shows besides common keys;
    ``hint`` in ``data`` is the one sentence of a first visit."""
    name = f"keys_{page}"
    # The number of handled events: the browser unlocks Enter when it sees a new one.
    count = f"{name}_count"
    st.session_state.setdefault(count, 0)

    def handle() -> None:
        event = st.session_state[name].get("act")
        st.session_state[count] += 1
        if isinstance(event, dict) and isinstance(event.get("act"), str):
            try:
                on_event(event)
            except connect.Down:
                # the page that follows says so, and asks for the key once more
                st.session_state[LOST] = True

    _component()(
        key=name,
        data={
            "page": page,
            "letters": dict(letters or {}),
            "help": [list(row) for row in (*help_rows, *COMMON)],
            "rev": st.session_state[count],
            **data,
        },
        on_act_change=handle,
        height=1,
    )
