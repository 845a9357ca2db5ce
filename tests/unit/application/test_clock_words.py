"""What clocks say in words: as one sentence each, and as a line of the card."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.application.clock_words import fact_of, lines_of, sides_line
from chatops.application.words import Voice
from chatops.catalogues import load_words
from chatops.domain.outcomes import Breach, ClockState, Pause, Reason
from chatops.domain.readings import Clocks, Reading
from chatops.domain.vocabulary import Audience, ClockKind, Language, Severity
from tests.calendars import utc
from tests.histories import History

WORDS = load_words()
EN, FR = WORDS[Language.EN], WORDS[Language.FR]
LONDON, PARIS = "Europe/London", "Europe/Paris"
DUE = utc("2026-06-08 15:00")


def owed(clock: ClockKind, **more: object) -> Reading:
    known = Reading(clock=clock, state=ClockState.RUNNING, started_at=utc("2026-06-05 16:00"), due_at=DUE)
    return replace(known, **more)  # type: ignore[arg-type]  # fields by name


def untracked(clock: ClockKind) -> Reading:
    return Reading(clock=clock, state=ClockState.NOT_TRACKED)


def waited(start: str, end: str | None, awaited: str = "the logs") -> Pause:
    reason = Reason.INFORMATION_AWAITED if awaited else Reason.ACCEPTANCE_AWAITED
    return Pause(start=utc(start), end=utc(end) if end else None, reason=reason, awaited=awaited)


def a_ticket(
    response: Reading | None = None, update: Reading | None = None, resolution: Reading | None = None
) -> Clocks:
    return Clocks(
        response=response or untracked(ClockKind.RESPONSE),
        update=update or untracked(ClockKind.UPDATE),
        resolution=resolution or untracked(ClockKind.RESOLUTION),
        frozen=False,
        edition="test",
        calendars=(),
    )


def line(reading: Reading, say: Voice = EN, zone: str = LONDON, *, internal: bool = False) -> str:
    found, *_ = lines_of(a_ticket(**{str(reading.clock): reading}), say, zone=zone, internal=internal)
    return found


WEEKEND = waited("2026-06-05 17:00", "2026-06-08 12:00")


def test_a5_what_is_owed_until_when_and_when_the_clock_stood_still() -> None:
    reading = owed(ClockKind.RESPONSE, pauses=(WEEKEND,))
    assert line(reading) == (
        "We owe you an answer by Mon 8 Jun 2026, 16:00 (London); the clock stood still from Fri 5 Jun, 18:00 to "
        "Mon 8 Jun, 13:00 while we waited for: the logs."
    )
    assert line(reading, FR, PARIS, internal=True) == (
        "Nous devons au client une première réponse au plus tard le lun. 8 juin 2026, 17:00 (Paris)\u202f; l’horloge "
        "est restée arrêtée du ven. 5 juin, 19:00 au lun. 8 juin, 14:00, dans l’attente de\u00a0: the logs."
    )


def test_two_pauses_are_told_and_of_more_the_last_two_and_how_many_there_were() -> None:
    second = waited("2026-06-08 13:00", "2026-06-08 14:00", "the version.\nof the add-on.")
    told = line(owed(ClockKind.RESOLUTION, pauses=(WEEKEND, second)))
    assert told.endswith(
        "; then from Mon 8 Jun, 14:00 to Mon 8 Jun, 15:00 while we waited for: the version. of the add-on."
    )
    earlier = (waited("2026-06-01 09:00", "2026-06-01 10:00"), waited("2026-06-02 09:00", "2026-06-02 10:00"))
    told = line(owed(ClockKind.RESOLUTION, pauses=(*earlier, WEEKEND, second)))
    assert told.count("from ") == 2
    assert told.endswith("; it had stood still 2 times before.")


def test_a_clock_that_stands_still_says_since_when_and_why() -> None:
    reading = owed(
        ClockKind.RESOLUTION, state=ClockState.PAUSED, due_at=None, pauses=(waited("2026-06-05 17:00", None, ""),)
    )
    assert line(reading) == (
        "Solution: owed, and not due while we wait; the clock has stood still since Fri 5 Jun 2026, 18:00 (London): "
        "the solution awaits a word on it."
    )
    fact = fact_of(a_ticket(resolution=reading), EN, zone=LONDON, internal=False)
    assert fact is not None
    assert (fact.label, fact.value) == ("Solution", "the clock stands still")


LATE = (Breach(due_at=DUE, at=DUE, severity=Severity.S2),)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"state": ClockState.MET, "stopped_at": utc("2026-06-08 09:00")},
            "First answer given on Mon 8 Jun, 10:00, in time: it was due by Mon 8 Jun 2026, 16:00 (London).",
        ),
        (
            {"state": ClockState.BREACHED, "breaches": LATE, "stopped_at": utc("2026-06-08 16:00")},
            "First answer given on Mon 8 Jun, 17:00, late: it was due by Mon 8 Jun 2026, 16:00 (London).",
        ),
        (
            {"state": ClockState.BREACHED, "breaches": LATE},
            "We owed you an answer by Mon 8 Jun 2026, 16:00 (London), and are late.",
        ),
        (
            {"state": ClockState.BREACHED, "breaches": LATE, "cancelled_at": utc("2026-06-08 16:00")},
            "First answer never given: it was due by Mon 8 Jun 2026, 16:00 (London).",
        ),
        (
            {"state": ClockState.CANCELLED, "cancelled_at": utc("2026-06-08 09:00")},
            "First answer: cancelled, nobody is owed it any more.",
        ),
        ({"state": ClockState.IDLE, "due_at": None}, "First answer: nothing is owed now."),
    ],
)
def test_every_end_of_a_clock_has_its_words(more: dict[str, object], told: str) -> None:
    assert line(owed(ClockKind.RESPONSE, **more)) == told


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("clock", ClockKind)
@pytest.mark.parametrize("internal", [True, False])
@pytest.mark.parametrize("state", [each for each in ClockState if each is not ClockState.NOT_TRACKED])
def test_every_clock_says_something_in_every_state(
    language: Language, clock: ClockKind, internal: bool, state: ClockState
) -> None:
    told = line(owed(clock, state=state, breaches=LATE), WORDS[language], internal=internal)
    assert told.endswith(".")
    assert "{" not in told


def test_what_the_plan_sets_no_time_for_is_one_line() -> None:
    assert lines_of(a_ticket(owed(ClockKind.RESPONSE)), FR, zone=PARIS, internal=False)[1:] == (
        "Le contrat ne fixe pas de délai pour\u00a0: Prochaine réponse, Solution.",
    )


def test_a_clock_of_the_desk_alone_is_never_told_to_the_customer() -> None:
    """I9."""
    hidden = owed(ClockKind.RESOLUTION, audience=Audience.INTERNAL, due_at=utc("2026-06-05 18:00"))
    known = a_ticket(response=owed(ClockKind.RESPONSE), resolution=hidden)
    assert len(lines_of(known, EN, zone=LONDON, internal=True)) == 3
    assert not any("olution" in each for each in lines_of(known, EN, zone=LONDON, internal=False))
    theirs, ours = (fact_of(known, EN, zone=LONDON, internal=internal) for internal in (False, True))
    assert theirs is not None
    assert ours is not None
    assert (theirs.label, ours.label) == ("First answer", "Solution"), "what is due first of what may be told"


def test_a_card_says_that_something_is_overdue_while_nothing_of_it_is_left() -> None:
    over = owed(ClockKind.RESPONSE, state=ClockState.BREACHED, breaches=LATE, remaining=DUE - DUE)
    fact = fact_of(a_ticket(over), EN, zone=LONDON, internal=False)
    assert fact is not None
    assert fact.value == "overdue since Mon 8 Jun 2026, 16:00 (London)"
    again = replace(over, remaining=DUE - utc("2026-06-08 14:00"))
    fact = fact_of(a_ticket(again), EN, zone=LONDON, internal=False)
    assert fact is not None
    assert fact.value == "due by Mon 8 Jun 2026, 16:00 (London)"


def test_every_minute_of_a_ticket_is_told_as_one_sides() -> None:
    history = History(Severity.S3, "2026-06-01 08:00").taken("2026-06-01 09:30").asked("2026-06-01 10:00")
    now = utc("2026-06-03 14:20")
    assert sides_line(history.events, EN, now) == "Its time: with us 2 hr, with the customer 2 days 4 hr."
    assert (
        sides_line(history.events, FR, now) == "Son temps\u00a0: chez nous 2\u202fh, chez le client 2\u202fj 4\u202fh."
    )


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (59, "59 min"), (60, "1 hr"), (1439, "23 hr 59 min"), (1441, "1 day 1 min")]
)
def test_a_length_is_told_in_its_two_largest_units(minutes: int, said: str) -> None:
    assert EN.length(timedelta(minutes=minutes, seconds=30)) == said
