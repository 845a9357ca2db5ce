"""The story language of DESIGN §10: what it means, and what it refuses to guess."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.story import (
    DEFAULT_CLOCK,
    ClockName,
    ClockState,
    Deletes,
    Edits,
    ExpectClock,
    ExpectHears,
    ExpectHistory,
    ExpectPaged,
    ExpectRefused,
    ExpectTicket,
    InRoom,
    InThread,
    Passes,
    Presses,
    Reacts,
    Says,
    Step,
    StoryInvalid,
    Until,
)
from adapters.console.story_reader import read_story
from chatops.domain.vocabulary import PersonId, RoomId, Severity, Status, TicketId

T1 = TicketId(1)
GUS, BEN, CLO = PersonId("gus"), PersonId("ben"), PersonId("clo")

DESIGNED = """\
# a comment stands on a line of its own; indented lines continue the one above
directory: docs/examples/acme.yaml
policies: rules/policies
clock: 2026-06-05T16:00Z

gus in #globex: !ticket open S2 The portal is very slow
expect T-1 is NEW, S2
expect gus hears "T-1"
expect #desk hears "very slow"
expect T-1 response due 2026-06-08T10:00Z

ben in T-1: !take
ben in T-1: !need the logs of the period
expect T-1 is SUSPENDED, assigned to ben
expect T-1 history has §3.2.2b
expect T-1 response met

+ 3h15m
at 2026-06-08T12:00Z
gus in T-1: here they are [file: app.log]
expect T-1 is SUSPENDED
expect ben hears "here they are"
gus in T-1: !accept
expect refused "§3.2"
ben in T-1: !start
ben in T-1: between us, this is their own plug-in
expect gus hears nothing like "plug-in"
expect nobody in #globex hears "plug-in"
ben in T-1: !resolve workaround restart the node, steps attached
gus presses "Accept" in T-1
expect T-1 is CLOSED
"""


def only(text: str) -> Step:
    (step,) = read_story(text, file="a.story").steps
    return step


def mistakes(text: str) -> list[str]:
    with pytest.raises(StoryInvalid) as invalid:
        read_story(text, file="a.story")
    return [str(mistake) for mistake in invalid.value.mistakes]


# ---- the whole example -----------------------------------------------------------------------------------------------


def test_the_example_of_the_design_is_understood_line_by_line() -> None:
    story = read_story(DESIGNED, file="design.story")

    assert story.header.directory == "docs/examples/acme.yaml"
    assert story.header.policies == "rules/policies"
    assert story.header.clock == datetime(2026, 6, 5, 16, tzinfo=UTC)
    assert [step.line for step in story.steps] == [
        number for number, line in enumerate(DESIGNED.splitlines(), start=1) if line and number > 4
    ]
    assert [type(step).__name__ for step in story.steps] == [
        *("Says", "ExpectTicket", "ExpectHears", "ExpectHears", "ExpectClock"),
        *("Says", "Says", "ExpectTicket", "ExpectHistory", "ExpectClock"),
        *("Passes", "Until", "Says", "ExpectTicket", "ExpectHears", "Says", "ExpectRefused", "Says", "Says"),
        *("ExpectHears", "ExpectHears", "Says", "Presses", "ExpectTicket"),
    ]


def test_a_story_without_headers_has_a_fixed_instant_and_no_paths() -> None:
    header = read_story("gus in #globex: hello", file="a.story").header

    assert (header.directory, header.policies, header.clock) == (None, None, DEFAULT_CLOCK)


def test_headers_come_in_any_order() -> None:
    header = read_story("clock: 2026-06-05T18:00+02:00\ndirectory: d.yaml\ngus in #globex: hi", file="a").header

    assert header.clock == datetime(2026, 6, 5, 16, tzinfo=UTC)
    assert header.directory == "d.yaml"
    assert header.lines == {"clock": 1, "directory": 2}


# ---- lines -----------------------------------------------------------------------------------------------------------


def test_indented_lines_continue_the_message_and_keep_their_own_indentation() -> None:
    text = "gus in #globex: !ticket open S2 It is slow\n   since Monday:\n     - the portal\n\n   Thanks\n\n# end\n"

    step = only(text)

    assert isinstance(step, Says)
    assert step.text == "!ticket open S2 It is slow\nsince Monday:\n  - the portal\n\nThanks"


def test_a_message_may_begin_on_the_line_below_its_speaker() -> None:
    step = only("gus in T-1:\n  here they are")

    assert isinstance(step, Says)
    assert step.text == "here they are"


def test_an_indented_hash_is_part_of_the_message_and_a_flush_one_is_a_comment() -> None:
    step = only("gus in T-1: the log says\n  # error 7\n# what a day\n  and stops")

    assert isinstance(step, Says)
    assert step.text == "the log says\n# error 7\nand stops"


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    step = only("\ufeffgus in T-1: one\r\n  two\r\n")

    assert isinstance(step, Says)
    assert step.text == "one\ntwo"


def test_what_is_typed_stays_as_it_is_but_for_the_ends() -> None:
    step = only("gus in T-1 :   “Quotes”: a  b # no comment  ")

    assert isinstance(step, Says)
    assert step.text == "“Quotes”: a  b # no comment"


# ---- steps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("ben in #desk: hello", InRoom(room=RoomId("#desk"))),
        ("ben in T-12: hello", InThread(ticket_id=TicketId(12))),
        ("ben in t-12: hello", InThread(ticket_id=TicketId(12))),
        ("ben in T-1 with the customer: hello", InThread(ticket_id=T1, with_customer=True)),
        ("ben  in   T-1  with  the customer : hello", InThread(ticket_id=T1, with_customer=True)),
    ],
)
def test_somebody_says_something_somewhere(written: str, place: object) -> None:
    step = only(written)

    assert isinstance(step, Says)
    assert (step.person, step.place, step.text) == (BEN, place, "hello")


@pytest.mark.parametrize("quoted", ['"Not solved"', "“Not solved”", "« Not solved »", "«\u00a0Not solved\u00a0»"])
def test_a_button_is_named_in_any_quotes(quoted: str) -> None:
    step = only(f"gus presses {quoted} in T-1")

    assert isinstance(step, Presses)
    assert (step.person, step.label, step.place.ticket_id, step.words) == (GUS, "Not solved", T1, "")


def test_the_words_of_a_button_s_form_stand_after_a_colon() -> None:
    step = only('gus presses "Not solved" in T-1: it is still slow')

    assert isinstance(step, Presses)
    assert step.words == "it is still slow"


def test_reactions_edits_and_deletions_are_understood() -> None:
    story = read_story("gus reacts ✅ in T-1\ngus edits: I meant Tuesday\ngus deletes", file="a.story")
    reaction, edit, deletion = story.steps

    assert isinstance(reaction, Reacts)
    assert (reaction.emoji, reaction.place) == ("✅", InThread(ticket_id=T1))
    assert isinstance(edit, Edits)
    assert edit.text == "I meant Tuesday"
    assert isinstance(deletion, Deletes)
    assert deletion.person == GUS


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("+ 3h15m", timedelta(hours=3, minutes=15)),
        ("+3h 15 min", timedelta(hours=3, minutes=15)),
        ("+ 2 days", timedelta(days=2)),
        ("+ 1w 2d", timedelta(days=9)),
        ("+ 90s", timedelta(seconds=90)),
    ],
)
def test_time_passes(written: str, duration: timedelta) -> None:
    step = only(written)

    assert isinstance(step, Passes)
    assert step.duration == duration


@pytest.mark.parametrize("written", ["at 2026-06-08T12:00Z", "at 2026-06-08 12:00Z", "at 2026-06-08T14:00:00+02:00"])
def test_time_passes_until_an_instant(written: str) -> None:
    step = only(written)

    assert isinstance(step, Until)
    assert step.at == datetime(2026, 6, 8, 12, tzinfo=UTC)


# ---- expectations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "status", "severity", "assignee", "unassigned"),
    [
        ("expect T-1 is NEW", Status.NEW, None, None, False),
        ("expect T-1 is new, s2", Status.NEW, Severity.S2, None, False),
        ("expect T-1 is In Progress , assigned to ben", Status.IN_PROGRESS, None, BEN, False),
        ("expect T-1 is IN_PROGRESS, assigned to ben, S1", Status.IN_PROGRESS, Severity.S1, BEN, False),
        ("expect T-1 is assigned to ben", None, None, BEN, False),
        ("expect T-1 is S4", None, Severity.S4, None, False),
        ("expect T-1 is NEW, assigned to nobody", Status.NEW, None, None, True),
        ("expect T-1 is unassigned", None, None, None, True),
    ],
)
def test_a_ticket_s_state_severity_and_assignee_stand_in_one_line(
    written: str, status: Status | None, severity: Severity | None, assignee: PersonId | None, unassigned: bool
) -> None:
    step = only(written)

    assert isinstance(step, ExpectTicket)
    assert (step.status, step.severity, step.assignee, step.unassigned) == (status, severity, assignee, unassigned)


def test_a_clause_of_the_history_is_expected() -> None:
    step = only("expect T-1 history has § 3.2.2b")

    assert isinstance(step, ExpectHistory)
    assert step.clause == "§3.2.2b"


@pytest.mark.parametrize("clock", list(ClockName))
@pytest.mark.parametrize("state", [state for state in ClockState if state is not ClockState.DUE])
def test_every_clock_may_be_expected_in_every_state(clock: ClockName, state: ClockState) -> None:
    step = only(f"expect T-1 {clock} {state}")

    assert isinstance(step, ExpectClock)
    assert (step.clock, step.state, step.due_at) == (clock, state, None)


def test_a_clock_is_due_at_an_instant() -> None:
    step = only("expect T-1 resolution due 2026-06-08T10:00Z")

    assert isinstance(step, ExpectClock)
    assert (step.clock, step.state) == (ClockName.RESOLUTION, ClockState.DUE)
    assert step.due_at == datetime(2026, 6, 8, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "person", "room", "anybody", "heard"),
    [
        ('expect gus hears "a word"', GUS, None, False, True),
        ("expect gus hears « a word »", GUS, None, False, True),
        ('expect gus hears nothing like "a word"', GUS, None, False, False),
        ('expect #desk hears "a word"', None, RoomId("#desk"), False, True),
        ('expect #desk hears nothing like "a word"', None, RoomId("#desk"), False, False),
        ('expect nobody hears "a word"', None, None, True, False),
        ('expect nobody in #globex hears "a word"', None, RoomId("#globex"), True, False),
    ],
)
def test_people_rooms_and_nobody_hear(
    written: str, person: PersonId | None, room: RoomId | None, anybody: bool, heard: bool
) -> None:
    step = only(written)

    assert isinstance(step, ExpectHears)
    assert (step.words, step.person, step.room, step.anybody, step.heard) == (
        "a word",
        person,
        room,
        anybody,
        heard,
    )


def test_quotes_inside_quotes_belong_to_the_words() -> None:
    step = only('expect gus hears "he said "no" twice"')

    assert isinstance(step, ExpectHears)
    assert step.words == 'he said "no" twice'


def test_a_refusal_and_pages_are_expected() -> None:
    refused, paged, nobody = read_story(
        'expect refused "§3.2"\nexpect clo is paged\nexpect nobody is paged', file="a.story"
    ).steps

    assert isinstance(refused, ExpectRefused)
    assert refused.words == "§3.2"
    assert isinstance(paged, ExpectPaged)
    assert paged.person == CLO
    assert isinstance(nobody, ExpectPaged)
    assert nobody.person is None


# ---- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("gus says hello", "cannot be read"),
        ("gus in globex: hello", "#room"),
        ("gus in T-1:", "nothing is typed"),
        ("gus in T-0: hello", "cannot be read"),
        ("gus in #globex with the customer: hello", "goes with a ticket"),
        ("gus presses Accept in T-1", "in quotes"),
        ('gus presses "Accept"', "in quotes"),
        ("gus reacts ✅", "names its ticket"),
        ("+ soon", "no time to let pass"),
        ("+ 3", "no time to let pass"),
        ("+ 3 parsecs", "no time to let pass"),
        ("+ 0h", "no time to let pass"),
        ("at noon", "an instant has a date"),
        ("at 2026-06-08T12:00", "no instant"),
        ("at 2026-13-08T12:00Z", "no instant"),
        ("at 0001-01-01T00:00+14:00", "between 1970 and 2200"),
        ("at 9999-12-31T23:59-12:00", "between 1970 and 2200"),
        ("expect T-1 is HAPPY", "no state, severity or assignment"),
        ("expect T-1 is NEW, OPEN", "two of it"),
        ("expect T-1 is NEW assigned to ben", "no state, severity or assignment"),
        ("expect T-1 is", "of a ticket one can expect"),
        ("expect T-1 history has 3.2.2b", "a clause is meant"),
        ("expect T-1 response due", "only “due” goes with an instant"),
        ("expect T-1 response met 2026-06-08T10:00Z", "only “due” goes with an instant"),
        ("expect T-1 reply running", "of a ticket one can expect"),
        ("expect gus hears T-1", "in quotes"),
        ('expect gus hears ""', "in quotes"),
        ('expect gus hears "T-1" soon', "in quotes"),
        ('expect nobody hears nothing like "x"', "says no twice"),
        ("expect refused", "in quotes"),
        ("expect the best", "an expectation is one of"),
    ],
)
def test_what_cannot_be_understood_is_a_mistake_with_a_hint(written: str, said: str) -> None:
    (mistake,) = mistakes(f"# first line\n{written}\n")

    assert mistake.startswith("a.story:2: ")
    assert said in mistake


def test_all_mistakes_are_told_at_once_each_with_its_line() -> None:
    told = mistakes("clock: noon\n\ngus in T-1: hi\ndirectory: late.yaml\nexpect T-1 is SAD\n")

    assert [mistake.split(":")[1] for mistake in told] == ["1", "4", "5"]
    assert "before the first step" in told[1]


def test_a_header_stands_once_and_says_something() -> None:
    assert "already" in mistakes("directory: a.yaml\ndirectory: b.yaml\ngus in T-1: hi")[0]
    assert "says nothing" in mistakes("policies:\ngus in T-1: hi")[0]


def test_an_indented_line_needs_one_above_to_continue() -> None:
    assert "continues the one above" in mistakes("  gus in T-1: hi\ngus in T-1: hi")[0]


def test_an_empty_story_is_a_mistake() -> None:
    assert "no steps" in mistakes("# nothing yet\n")[0]
