"""The catalogues of `chatops/locale`, read as they are written: a `.po` file is both source and data."""

from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from chatops.application.words import Words
from chatops.domain.vocabulary import Language


def load_words() -> Words:
    """Return the words of every language; English sentences are their own catalogue."""
    return Words({Language.FR: _read(Language.FR)})


def _read(language: Language) -> GNUTranslations:
    source = files("chatops") / "locale" / f"{language}.po"
    catalogue = read_po(BytesIO(source.read_bytes()), locale=str(language), abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
