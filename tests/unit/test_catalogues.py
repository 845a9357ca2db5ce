"""Every sentence that people read exists in both languages, with the same places and good French spacing."""

import re
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import chatops

KEYWORDS = {
    "say": None,
    "plural": (1, 2),
    "N_": None,
    "UserError": None,
    "CommandNotUnderstood": None,
    "TicketNotFound": None,
    "NotLinked": None,
    "NotAllowed": None,
}
PLACE = re.compile(r"{\w+}")
COMMAND = re.compile(r"!\w+")


def _said() -> dict[str | tuple[str, ...], str]:
    """Return each sentence of our source code, and where it stands."""
    top = Path(chatops.__file__).parent.parent
    said: dict[str | tuple[str, ...], str] = {}
    for package in ("chatops", "adapters"):
        for name, line, sentence, _, _ in extract_from_dir(top / package, [("**.py", "python")], keywords=KEYWORDS):
            if sentence:
                said.setdefault(sentence, f"{package}/{name}:{line}")
    return said


@pytest.fixture(scope="module")
def french() -> Catalog:
    source = (files("chatops") / "locale" / "fr.po").read_bytes()
    return read_po(BytesIO(source), locale="fr", abort_invalid=True)


def _forms(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [string or "" for string in strings]


def test_the_source_code_says_something() -> None:
    assert len(_said()) > 100


def test_every_sentence_is_translated(french: Catalog) -> None:
    missing = {
        sentence: place
        for sentence, place in _said().items()
        if (message := french.get(sentence if isinstance(sentence, str) else sentence[0])) is None
        or not all(_forms(message))
    }
    assert not missing, "\n".join(f"{place}: {sentence}" for sentence, place in missing.items())


def test_no_translation_is_left_over_or_doubtful(french: Catalog) -> None:
    said = {sentence if isinstance(sentence, str) else sentence[0] for sentence in _said()}
    ids = [message.id if isinstance(message.id, str) else message.id[0] for message in french if message.id]
    assert [sentence for sentence in ids if sentence not in said] == []
    assert not french.obsolete
    assert [message.id for message in french if message.id and message.fuzzy] == []


def test_translations_have_the_same_places(french: Catalog) -> None:
    wrong = [
        message.id
        for message in french
        if message.id
        for form in _forms(message)
        if set(PLACE.findall(form)) != set(PLACE.findall(message.id if isinstance(message.id, str) else message.id[1]))
    ]
    assert wrong == []


def test_french_has_its_spaces(french: Catalog) -> None:
    """A no-break space stands before : ; ? ! and inside « »; commands such as !aide are no exclamations."""
    wrong = [
        form
        for message in french
        if message.id
        for form in _forms(message)
        if re.search(r"[^\s\u00a0\u202f!?][;?]|\w:(?=\s|$)| [:;?]| !(?![\w{])|« |«\w| »|\w»", COMMAND.sub("", form))
    ]
    assert wrong == []


def test_french_names_french_verbs(french: Catalog) -> None:
    """A French sentence tells people to type the French verb, and one that the grammar knows."""
    from chatops.application.command_line import verb_called

    for message in french:
        for form in _forms(message) if message.id else ():
            for command in COMMAND.findall(form):
                verb = verb_called(command)
                assert verb is not None, f"{command} in {form!r} is no verb"
                assert command[1:] not in ("take", "need", "start", "resolve", "close", "show", "help", "list"), form
