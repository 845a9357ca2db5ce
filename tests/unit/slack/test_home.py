"""A person's own page as App Home: their tickets at a glance, and the way to each."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.addresses import message_address, room_address
from adapters.slack.home import view_of
from chatops.application.home import Home, HomeRow, HomeSection
from chatops.domain.directory import Address
from chatops.domain.vocabulary import Language, TicketId
from tests.slack.limits import in_view
from tests.slack.screens import lines_of_view

WORKSPACES = {"T0EXO": "https://exo.slack.com/"}
PLACE, ROOT = room_address("T0EXO", "C0ACME"), message_address("1780000000.000100")

ROW = HomeRow(
    ticket_id=TicketId(1), headline="T-1 · The portal is slow", detail="S2 Major · OPEN · Ben", place=PLACE, root=ROOT
)
HOME = Home(
    language=Language.EN,
    greeting="Hello, Ben.",
    paragraphs=("2 open tickets.",),
    sections=(
        HomeSection(title="Yours", rows=(ROW,), more="… and 3 more: `/ticket list`"),
        HomeSection(title="Nobody has taken these", rows=(), empty="Everything is taken."),
    ),
    open_label="Open a ticket",
    show_label="Go to the thread",
)


def test_a_page_is_read_at_a_glance() -> None:
    view = view_of(HOME, WORKSPACES)

    assert in_view(view) == []
    assert lines_of_view(view) == [
        "# Hello, Ben.",
        "2 open tickets.",
        "[Open a ticket]",
        "---",
        "# Yours",
        "*T-1 · The portal is slow*",
        "S2 Major · OPEN · Ben [Go to the thread]",
        "… and 3 more: /ticket list",
        "---",
        "# Nobody has taken these",
        "Everything is taken.",
    ]


def test_a_ticket_leads_to_its_thread() -> None:
    row = next(block for block in view_of(HOME, WORKSPACES)["blocks"] if "accessory" in block)

    assert row["accessory"]["url"] == "https://exo.slack.com/archives/C0ACME/p1780000000000100"
    assert row["accessory"]["action_id"] == "desk:link"


def test_whoever_may_open_none_has_no_button() -> None:
    assert "[" not in "".join(lines_of_view(view_of(Home(language=Language.EN, greeting="Hello."), {})))


@pytest.mark.parametrize(
    ("place", "root"),
    [
        (None, None),
        (PLACE, None),
        (room_address("T0ELSE", "C0ACME"), ROOT),
        (room_address("T0EXO", "C0/../x"), ROOT),
        (PLACE, message_address("1/../2")),
    ],
)
def test_where_there_is_no_thread_to_show_there_is_no_link(place: Address | None, root: Address | None) -> None:
    row = HomeRow(ticket_id=TicketId(1), headline="T-1", detail="NEW", place=place, root=root)
    home = Home(
        language=Language.EN, greeting="Hello.", sections=(HomeSection(title="Yours", rows=(row,)),), show_label="Go"
    )

    assert not [block for block in view_of(home, WORKSPACES)["blocks"] if "accessory" in block]


rows = st.builds(
    HomeRow,
    ticket_id=st.integers(min_value=1).map(TicketId),
    headline=st.text(max_size=2_000),
    detail=st.text(max_size=2_000),
    place=st.none() | st.just(PLACE),
    root=st.none() | st.just(ROOT),
)
sections = st.builds(
    HomeSection,
    title=st.text(max_size=300),
    rows=st.lists(rows, max_size=10).map(lambda some: tuple(some * 8)),
    empty=st.text(max_size=4_000),
    more=st.text(max_size=4_000),
)


@given(
    st.builds(
        Home,
        language=st.sampled_from(Language),
        greeting=st.text(max_size=300),
        paragraphs=st.lists(st.text(max_size=4_000), max_size=20).map(tuple),
        sections=st.lists(sections, max_size=5).map(tuple),
        open_label=st.text(max_size=100),
        show_label=st.text(max_size=100),
    )
)
def test_slack_takes_whatever_a_page_holds(home: Home) -> None:
    view = view_of(home, WORKSPACES)

    assert in_view(view) == []
    json.dumps(view, ensure_ascii=False).encode()
