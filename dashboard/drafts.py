"""What a person has typed and not sent (草稿): kept while its form is not drawn, and brought back after a reload.

No Streamlit here: ``state`` is the session's, a mapping from widget key to value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final

PREFIX: Final = "draft_"
"""Keys of the widgets whose values are a draft; the browser side looks for the same prefix."""
LONGEST: Final = 3000
"""Characters of one field that come back; the longest field of any form holds as many."""
_PAGE: Final = "drafts_page"
_FRESH: Final = "drafts_fresh"
MANY: Final = 10
"""Entries of a list that come back."""


def keep(state: MutableMapping[Any, Any]) -> None:
    """Streamlit forgets a widget that one run did not draw (the database was away): named again, the value stays."""
    for name in held(state):
        state[name] = state[name]


def arrive(state: MutableMapping[Any, Any], page: str) -> None:
    """The person came to another page: its forms start empty, and the browser is asked for what it keeps for them."""
    if state.get(_PAGE) != page:
        clear(state)
        state[_PAGE], state[_FRESH] = page, True


def asked(state: MutableMapping[Any, Any]) -> bool:
    """Whether this run should ask the browser for its draft; true once after each arrival."""
    return bool(state.pop(_FRESH, False))


def held(form: Mapping[Any, Any]) -> list[str]:
    """Names of what stands in the form."""
    return [name for name in form if str(name).startswith(PREFIX)]


def values(form: Mapping[Any, Any]) -> dict[str, Any]:
    """What stands in the form, for the browser to keep."""
    return {name: form[name] for name in held(form)}


def clear(form: MutableMapping[Any, Any]) -> None:
    """Forget what stands in the form."""
    for name in held(form):
        del form[name]


def restore(
    form: MutableMapping[Any, Any], draft: Mapping[str, Any], texts: Iterable[str], lists: Iterable[str]
) -> None:
    """Put a draft from the browser back: only fields of this form, only of the right kind, cut to their length."""
    told = texts_of(draft)
    for name in texts:
        if isinstance(told.get(name), str):
            form[name] = told[name][:LONGEST]
    for name in lists:
        if isinstance(told.get(name), list):
            form[name] = [str(one)[:200] for one in told[name][:MANY]]


def texts_of(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field; what was typed last goes before what Python knew."""
    return {**_mapping(draft.get("form")), **_mapping(draft.get("typed"))}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
