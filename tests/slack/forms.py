"""What a person presses and fills in: elements found by what stands on them, and `state.values` as it becomes."""

from collections.abc import Sequence
from typing import Any

from tests.slack.methods.views import VALUE_OF
from tests.slack.records import Json, View
from tests.slack.screens import buttons_in, label_of


def find(blocks: Sequence[Json], label: str) -> tuple[Json, Json] | None:
    """Return the element that is called so, with its block: by what stands on it, or by its action id."""
    for block, element in buttons_in(blocks):
        if label in (label_of(element), element.get("action_id")):
            return block, element
    return None


def fill(view: View, name: str, answer: Any) -> bool:
    """Return whether there is such a field."""
    for block in view.blocks:
        element = block.get("element") or {}
        names = (block.get("label", {}).get("text"), block.get("block_id"), element.get("action_id"))
        if block.get("type") == "input" and name in names:
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = state_of(element, answer)
            return True
    return False


def missing(view: View) -> list[str]:
    """Return the labels of the fields that must be filled in and are not."""
    return [
        block["label"]["text"]
        for block in view.blocks
        if block.get("type") == "input" and not block.get("optional")
        if not any(
            value
            for key, value in view.values[block["block_id"]][block["element"]["action_id"]].items()
            if key != "type"
        )
    ]


def state_of(element: Json, answer: Any) -> Json:
    """Return what `state.values` says of *element* after *answer* was given."""
    kind = element["type"]
    key = VALUE_OF.get(kind)
    if key is None:
        return {"type": kind, "value": answer} if kind != "button" else {"type": kind}
    if key in ("selected_option", "selected_options"):
        chosen = [_option(element, each) for each in (answer if isinstance(answer, list) else [answer])]
        return {"type": kind, key: chosen if key.endswith("s") else chosen[0]}
    ids = [getattr(each, "id", each) for each in (answer if isinstance(answer, list) else [answer])]
    return {"type": kind, key: ids if key.endswith("s") else ids[0]}


def _option(element: Json, wanted: str) -> Json:
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    options = [option for group in groups for option in group["options"]]
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return dict(option)
    raise LookupError(f"{wanted!r} is none of {[option['text']['text'] for option in options]}")
