"""
What people, rooms and messages of Slack are called in the rest of the house; pure.

A person is ``T0ACME/U0ANA`` (their own workspace and their id), a room ``T0EXO/C0ACME`` (the workspace whose
installation lets us act there, and the channel). Neither is ever a name or an e-mail address (S12). A message is called
by its timestamp, which is unique within its channel.
"""

import re

from chatops.domain.directory import Address
from chatops.domain.vocabulary import Platform

_ID = re.compile(r"[A-Z0-9]{1,32}", re.ASCII)
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}", re.ASCII)


def person_address(team: str, user: str) -> Address:
    return _address(f"{team}/{user}")


def room_address(team: str, channel: str) -> Address:
    return _address(f"{team}/{channel}")


def message_address(ts: str) -> Address:
    return _address(ts)


def parts(address: Address) -> tuple[str, str]:
    """Return the workspace and the id of a person or a room."""
    team, _, rest = address.value.partition("/")
    return team, rest


def is_id(value: str) -> bool:
    """Return whether *value* may be Slack's id of anything: they are capitals and digits."""
    return _ID.fullmatch(value) is not None


def is_ts(value: str) -> bool:
    """Return whether *value* may be the timestamp of a message."""
    return _TS.fullmatch(value) is not None


def address_from(value: str) -> Address | None:
    """Return the person or room that ``T0ACME/U0ANA`` names; None for anything else."""
    team, slash, rest = value.partition("/")
    return _address(value) if slash and is_id(team) and is_id(rest) else None


def _address(value: str) -> Address:
    return Address(platform=Platform.SLACK, value=value)
