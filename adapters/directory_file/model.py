"""
What may stand in a directory file, part by part; `directory.schema.json` beside it is generated from here.

What no single part can know (a name that stands nowhere, an address used twice) is in `contradictions.py`.
"""

import difflib
import re
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, LiteralString, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chatops.domain.local_time import may_be_meant
from chatops.domain.quiet_hours import WRITTEN, QuietHours, quiet_hours
from chatops.domain.vocabulary import Language, Role, RoomPurpose

SHORT_NAME = r"^[a-z][a-z0-9._-]*$"
MATRIX_USER = r"^@[^:\s]+:\S+$"
MATRIX_ROOM = r"^!\S+$"
SLACK_USER = r"^[TE][A-Z0-9]{2,}/[UW][A-Z0-9]{2,}$"
SLACK_ROOM = r"^[TE][A-Z0-9]{2,}/[CG][A-Z0-9]{2,}$"
"""A room id; from room version 12 on it has no server part."""
ONE_LINE = r"^\S(.*\S)?$"


def did_you_mean(word: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """Return a half-sentence that suggests the nearest of *known* (of a mapping: its values); "" if none is near."""
    spoken = known if isinstance(known, Mapping) else {each.casefold(): each for each in known}
    near = difflib.get_close_matches(word.casefold(), spoken, n=1)
    return f"; did you mean “{spoken[near[0]]}”?" if near else ""


def _mistake(kind: LiteralString, text: str) -> PydanticCustomError:
    # Given as a place to fill: what people wrote is never read as a template.
    return PydanticCustomError(kind, "{text}", {"text": text})


@cache
def _zones() -> Mapping[str, str]:
    """Every zone under its name and under its city's, in small letters."""
    zones = sorted(zoneinfo.available_timezones())
    return {zone.rpartition("/")[2].casefold(): zone for zone in zones} | {zone.casefold(): zone for zone in zones}


def _known_zone(text: str) -> str:
    if _zones().get(text.casefold()) != text:
        places = {name: zone for name, zone in _zones().items() if may_be_meant(zone, text)}
        hint = did_you_mean(text, places) or ": write it as in Europe/Paris."
        raise _mistake("zone", f"“{text}” is no time zone{hint}")
    return text


def day(text: object) -> date | None:
    """Return the day that *text* writes as in 2026-07-18; None for any other text."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _known_day(text: Any) -> date:
    if (known := day(text)) is None:
        raise _mistake("day", "A day of the calendar is expected here, written as in 2026-07-18.")
    return known


def _level(text: Any) -> int:
    if text not in ("1", "2"):
        raise _mistake("level", "The level of an agent is 1 or 2.")
    return int(text)


def _quiet_hours(text: Any) -> QuietHours:
    if not isinstance(text, str):
        raise _mistake("quiet_hours", "Quiet hours are expected here, written as in 21:00 to 07:30.")
    try:
        return quiet_hours(text)
    except ValueError as problem:
        raise _mistake("quiet_hours", str(problem)) from problem


def _one_of(*words: StrEnum) -> BeforeValidator:
    def check(text: Any) -> StrEnum:
        for word in words:
            if text == word.value:
                return word
        if not isinstance(text, str):
            raise _mistake("word", f"One of these is expected here: {', '.join(words)}.")
        raise _mistake("word", f"“{text}” is none of {', '.join(words)}{did_you_mean(text, words) or '.'}")

    return BeforeValidator(check)


def _listed(value: Any) -> Any:
    if value == []:
        raise _mistake("nothing", "At least one is expected here.")
    return [value] if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(pattern=ONE_LINE, max_length=200)]
ShortName = Annotated[str, StringConstraints(pattern=SHORT_NAME, max_length=64)]
MatrixUser = Annotated[str, StringConstraints(pattern=MATRIX_USER, max_length=255)]
MatrixRoom = Annotated[str, StringConstraints(pattern=MATRIX_ROOM, max_length=255)]
SlackUser = Annotated[str, StringConstraints(pattern=SLACK_USER, max_length=255)]
SlackRoom = Annotated[str, StringConstraints(pattern=SLACK_ROOM, max_length=255)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Day = Annotated[date, BeforeValidator(_known_day)]
SpokenLanguage = Annotated[Language, _one_of(*Language)]
Purpose = Annotated[RoomPurpose, _one_of(*RoomPurpose)]
StaffRole = Annotated[
    Literal[Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR],
    _one_of(Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR),
]
Level = Annotated[Literal[1, 2], BeforeValidator(_level)]
Quiet = Annotated[
    QuietHours,
    BeforeValidator(_quiet_hours, json_schema_input_type=Annotated[str, StringConstraints(pattern=WRITTEN)]),
]

Each = TypeVar("Each")
Some = Annotated[list[Each], Field(min_length=1)]

# Where one name is the rule and several are rare, one may stand without the brackets of a list.
ShortNames = Annotated[
    tuple[ShortName, ...], BeforeValidator(_listed, json_schema_input_type=ShortName | Some[ShortName])
]
MatrixUsers = Annotated[
    tuple[MatrixUser, ...], BeforeValidator(_listed, json_schema_input_type=MatrixUser | Some[MatrixUser])
]

MatrixRooms = Annotated[
    tuple[MatrixRoom, ...], BeforeValidator(_listed, json_schema_input_type=MatrixRoom | Some[MatrixRoom])
]
SlackUsers = Annotated[
    tuple[SlackUser, ...], BeforeValidator(_listed, json_schema_input_type=SlackUser | Some[SlackUser])
]
SlackRooms = Annotated[
    tuple[SlackRoom, ...], BeforeValidator(_listed, json_schema_input_type=SlackRoom | Some[SlackRoom])
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SubscriptionEntry(Part):
    """What an organisation has bought."""

    plan: Text = Field(description="The name of a plan of the service levels, such as premium.")
    since: Day = Field(description="Its first day.")
    until: Day | None = Field(default=None, description="Its last day; left out while no end is agreed.")
    products: tuple[Text, ...] = Field(default=(), description="Which of the products it covers.")


class OrganisationEntry(Part):
    """A beneficiary."""

    name: Text
    language: SpokenLanguage
    zone: Zone = Field(alias="time zone", description="An IANA name, such as Europe/Paris.")
    partner: ShortName | None = Field(default=None, description="The organisation through which it is supported.")
    subscriptions: tuple[SubscriptionEntry, ...] = ()


class ContactEntry(Part):
    """A person whom an organisation names to the desk."""

    name: Text
    organisation: ShortNames = Field(description="Whose contact this is: one, or a list.")
    language: SpokenLanguage | None = Field(default=None, description="Left out: that of the (first) organisation.")
    zone: Zone | None = Field(
        default=None, alias="time zone", description="Left out: that of the (first) organisation."
    )
    matrix: MatrixUsers = Field(default=(), description="The full Matrix user id: one, or a list.")
    slack: SlackUsers = Field(default=(), description="Workspace and member id, as T0ACME/U0ANA: one, or a list.")


class StaffEntry(Part):
    """One of the vendor's people."""

    name: Text
    role: StaffRole
    level: Level | None = Field(default=None, description="Of an agent, and only of an agent.")
    language: SpokenLanguage
    zone: Zone = Field(alias="time zone", description="An IANA name, such as Europe/Paris.")
    quiet: Quiet | None = Field(
        default=None,
        alias="quiet hours",
        description="When nothing is told but what cannot wait, as in 21:00 to 07:30, where this person lives.",
    )
    matrix: MatrixUsers = Field(default=(), description="The full Matrix user id: one, or a list.")
    slack: SlackUsers = Field(default=(), description="Workspace and member id, as T0ACME/U0ANA: one, or a list.")


class RoomEntry(Part):
    """A room and what it is for."""

    purpose: Purpose
    organisation: ShortName | None = Field(default=None, description="Of a customer room, and only of one.")
    language: SpokenLanguage | None = Field(default=None, description="Left out: that of the organisation.")
    matrix: MatrixRooms = Field(default=(), description="The Matrix room id, which begins with “!”: one, or a list.")
    slack: SlackRooms = Field(default=(), description="Workspace and channel id, as T0EXO/C0ACME: one, or a list.")


class DirectoryFile(Part):
    """Who is who at the desk: organisations and their contacts, the vendor's staff, rooms."""

    products: tuple[Text, ...] = Field(default=(), description="What the vendor supports.")
    organisations: dict[ShortName, OrganisationEntry] = Field(default={}, description="By short name.")
    contacts: dict[ShortName, ContactEntry] = Field(default={}, description="By short name.")
    staff: dict[ShortName, StaffEntry] = Field(default={}, description="By short name.")
    rooms: dict[ShortName, RoomEntry] = Field(default={}, description="By name, without the hash.")
