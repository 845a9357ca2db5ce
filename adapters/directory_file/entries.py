"""The parts of a directory file, each judged by itself, and what people are told about the wrong ones."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.directory_file import model
from adapters.directory_file.model import DirectoryFile, did_you_mean
from adapters.directory_file.tree import Tree, Where


def entries(tree: Tree) -> DirectoryFile | None:
    """Return the file's parts; None, with all that is wrong noted on *tree*, where any part is wrong."""
    try:
        return DirectoryFile.model_validate(tree.data)
    except ValidationError as problem:
        for error in problem.errors(include_url=False):
            tree.note(error["loc"], _sentence(error))
    return None


PATTERNS = {
    model.SHORT_NAME: "is no short name: it begins with a small letter, and small letters, digits, “.”, “_” and “-” "
    "may follow (a room’s is written without its hash).",
    model.MATRIX_USER: "is no Matrix user id: it looks like @ana:example.org, in quotes.",
    model.MATRIX_ROOM: "is no Matrix room id: it begins with “!” (an alias, with “#”, may come to mean another room).",
    model.SLACK_USER: "is no Slack member: it looks like T0ACME/U0ANA, the workspace’s id and the member’s.",
    model.SLACK_ROOM: "is no Slack channel: it looks like T0EXO/C0ACME, the desk’s workspace and the channel’s id.",
    model.ONE_LINE: "is no name: it must neither be empty nor begin or end with a blank.",
}

SHAPES = {
    "string_type": "One text is expected here, not a list or a mapping.",
    "list_type": "A list is expected here.",
    "tuple_type": "A list is expected here.",
    "dict_type": "Names are expected here, each with what belongs to it; fill it in or leave it out.",
    "model_type": "Keys with their values are expected here.",
    "model_attributes_type": "Keys with their values are expected here.",
}


def _sentence(error: ErrorDetails) -> str:
    kind, where, context = error["type"], error["loc"], error.get("ctx", {})
    match kind:
        case "missing":
            return f"“{where[-1]}” is missing."
        case "extra_forbidden":
            return f"“{where[-1]}” is not known here{_hint(where)}"
        case "string_pattern_mismatch":
            return f"“{error['input']}” {PATTERNS[context['pattern']]}"
        case "string_too_long":
            return f"This is too long: at most {context['max_length']} characters."
    return SHAPES.get(kind, error["msg"])


def _hint(where: Where) -> str:
    known = tuple(_keys(where))
    return did_you_mean(str(where[-1]), known) or f": {', '.join(known)} are."


def _keys(where: Where) -> Iterator[str]:
    """Yield the keys that may stand where an unknown one was found."""
    part: Any = DirectoryFile
    if "subscriptions" in where[:-1]:
        part = model.SubscriptionEntry
    elif len(where) > 1:
        part = {
            "organisations": model.OrganisationEntry,
            "contacts": model.ContactEntry,
            "staff": model.StaffEntry,
            "rooms": model.RoomEntry,
        }[str(where[0])]
    for name, key in part.model_fields.items():
        yield key.alias or name
