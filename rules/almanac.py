"""
The almanac: what the policies about time will mean on the days to come, before anybody is surprised.

Per target, by when is due what arrives at each hour of an ordinary week; then the days that are not ordinary: holidays,
exceptional hours, clocks put forward or back. Pure: the dates come in as arguments.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import DAY, HOUR, MINUTE
from chatops.domain.local_time import whole_day, zone_named
from chatops.domain.service_levels import Target
from chatops.domain.spans import Span
from chatops.domain.targets import instant_after
from chatops.domain.vocabulary import ClockKind, Language, Severity
from rules.almanac_words import Phrases
from rules.holiday_lists import called
from rules.model import PolicySet
from rules.time_model import NamedCalendar

_WEEKS_TO_SEARCH = 26
_BEFORE = 30 * MINUTE
"""How long before closing the case arrives that shows what a holiday does."""


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """
    What arrives in some hours of the day, and the same instants by which it is due.

    Attributes:
        first, last: The hours of arrival, in UTC, both counted in.
        due_at: From Monday's arrival to Sunday's.
    """

    first: int
    last: int
    due_at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    One target in an ordinary week.

    Attributes:
        always: How much later everything is due, where that is the same for all arrivals.
        arrivals: Else, hour by hour.
    """

    plan: str
    severity: Severity
    clock: ClockKind
    target: Target
    always: timedelta | None
    arrivals: tuple[Arrivals, ...]


@dataclass(frozen=True, kw_only=True)
class Surprise:
    """A day that is not ordinary, and what it does."""

    day: date
    says: str
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Almanac:
    """
    Attributes:
        first, last: The days it is about, both counted in.
        monday: Of the ordinary week that the entries show.
        calendars, plans: What people read for each.
        local_hours: What the hours of each calendar are in the readers' zones, when it begins.
    """

    edition: str
    language: Language
    first: date
    last: date
    monday: date
    entries: tuple[Entry, ...]
    calendars: Mapping[str, str]
    plans: Mapping[str, str]
    local_hours: tuple[str, ...]
    surprises: tuple[Surprise, ...]


def almanac(
    policies: PolicySet, first: date, last: date, zones: Sequence[str], language: Language = Language.EN
) -> Almanac:
    """
    Return the almanac of the days from *first* to *last*.

    Args:
        zones: Where its readers live, IANA names: GMT is compared with these.

    Raises:
        NeverOpen: A calendar stays closed; none that was checked does.
    """
    names = {name: each.called[language] for name, each in policies.calendars.calendars.items()}
    plans = {name: plan.called[language] for name, plan in policies.service_levels.plans.items()}
    say = Phrases(language, names)
    targets = list(_targets(policies))
    calendars = _calendars(target for _, target in targets)
    monday = _ordinary_monday(first, zones)
    surprises = [
        *(
            surprise
            for calendar in calendars
            for surprise in _exceptions(policies.calendars.calendars[calendar.name], first, last, targets, say)
        ),
        *(surprise for zone in zones for surprise in _clock_changes(zone, first, last, calendars, say)),
    ]
    return Almanac(
        edition=policies.edition,
        language=language,
        first=first,
        last=last,
        monday=monday,
        entries=tuple(_entry(plan, severity, target, monday) for (plan, severity), target in targets),
        calendars=MappingProxyType(names),
        plans=MappingProxyType(plans),
        local_hours=tuple(_local_hours(calendars, zones, first, say)),
        surprises=tuple(sorted(surprises, key=lambda surprise: (surprise.day, surprise.says))),
    )


Titled = tuple[tuple[str, Severity], Target]
"""A target, with the plan and the severity that it is of."""


def _targets(policies: PolicySet) -> Iterator[Titled]:
    levels = policies.service_levels
    for plan in levels.plans:
        level = levels.level(plan)
        for (severity, _), target in level.targets.items() if level else ():
            yield (plan, severity), target


def _calendars(targets: Iterable[Target]) -> tuple[Calendar, ...]:
    return tuple({target.calendar.name: target.calendar for target in targets}.values())


def _plain(calendar: Calendar) -> Calendar:
    """Return *calendar* as it would be if no day were special."""
    return replace(calendar, holidays=(), also_open=(), also_closed=())


# ---- an ordinary week ------------------------------------------------------------------------------------------------


def _ordinary_monday(first: date, zones: Sequence[str]) -> date:
    """Return the first Monday from *first* on, after which no clock is changed for some weeks, if there is one."""
    monday = first + (7 - first.weekday()) % 7 * DAY
    for week in range(_WEEKS_TO_SEARCH):
        start = monday + 7 * week * DAY
        if not any(_offset(zone, start) != _offset(zone, start + 21 * DAY) for zone in zones):
            return start
    return monday


def _entry(plan: str, severity: Severity, target: Target, monday: date) -> Entry:
    ordinary = replace(target, calendar=_plain(target.calendar))
    start = datetime.combine(monday, time(0), tzinfo=UTC)
    due = [[_due(ordinary, start + day * DAY + hour * HOUR) for day in range(7)] for hour in range(24)]
    later = {due[hour][day] - start - day * DAY - hour * HOUR for day in range(7) for hour in range(24)}
    return Entry(
        plan=plan,
        severity=severity,
        clock=target.clock,
        target=target,
        always=later.pop() if len(later) == 1 else None,
        arrivals=tuple(_grouped([tuple(row) for row in due])),
    )


def _due(target: Target, at: datetime) -> datetime:
    return instant_after(at, target.duration, target.calendar)


def _grouped(due: Sequence[tuple[datetime, ...]]) -> Iterator[Arrivals]:
    """Yield the hours, with those that follow one another and are due at the same instants as one."""
    first = 0
    for hour in range(1, 25):
        if hour == 24 or due[hour] != due[first]:
            yield Arrivals(first=first, last=hour - 1, due_at=due[first])
            first = hour


# ---- days that are not ordinary --------------------------------------------------------------------------------------


def _exceptions(
    named: NamedCalendar, first: date, last: date, targets: Sequence[Titled], say: Phrases
) -> Iterator[Surprise]:
    calendar = named.calendar
    zone, plain = zone_named(calendar.zone), _plain(calendar)
    for holiday in calendar.holidays:
        whole = whole_day(holiday.day, zone)
        if first <= holiday.day <= last and plain.open_spans(whole.start, whole.end):
            without = replace(calendar, holidays=tuple(each for each in calendar.holidays if each != holiday))
            yield Surprise(
                day=holiday.day,
                says=say.holiday(calendar.name, called(holiday.day, holiday.name, named.holidays_of, say.language)),
                effects=tuple(_effects(calendar, without, whole, targets, say)),
            )
    for opening in calendar.also_open:
        if first <= opening.day <= last:
            yield Surprise(day=opening.day, says=say.also_open(calendar.name, opening.hours, opening.why))
    for closing in calendar.also_closed:
        if first <= closing.day <= last:
            yield Surprise(day=closing.day, says=say.also_closed(calendar.name, closing.hours, closing.why))


def _effects(
    calendar: Calendar, without: Calendar, day: Span, targets: Sequence[Titled], say: Phrases
) -> Iterator[str]:
    """Say for each target by when is due what arrives just before the last closing, and would be without the day."""
    spans = calendar.open_spans(day.start - 10 * DAY, day.start)
    if not spans:
        return
    arrival = spans[-1].end - _BEFORE
    durations = {target.duration for _, target in targets if target.calendar.name == calendar.name}
    due = {duration: instant_after(arrival, duration, calendar) for duration in durations}
    for duration in sorted(due, key=lambda each: (due[each], str(each))):
        otherwise = instant_after(arrival, duration, without)
        if due[duration] != otherwise:
            yield say.effect(duration, arrival, due[duration], otherwise)


def _clock_changes(
    zone: str, first: date, last: date, calendars: Sequence[Calendar], say: Phrases
) -> Iterator[Surprise]:
    for number in range((last - first).days + 1):
        day = first + number * DAY
        before, after = _offset(zone, day), _offset(zone, day + DAY)
        if before != after:
            moved = [
                say.hours_move(calendar.name, calendar.zone, zone, before_hours, after_hours)
                for calendar in calendars
                for before_hours, after_hours in [(_hours_in(calendar, zone, day - 7 * DAY),
                                                   _hours_in(calendar, zone, day + 7 * DAY))]
                if before_hours != after_hours
            ]  # fmt: skip
            yield Surprise(day=day, says=say.clock_change(zone, after - before), effects=tuple(moved))


def _local_hours(calendars: Sequence[Calendar], zones: Sequence[str], day: date, say: Phrases) -> Iterator[str]:
    for calendar in calendars:
        for zone in zones:
            if there := _hours_in(calendar, zone, day):
                yield say.hours_there(calendar.name, calendar.zone, zone, there)


def _hours_in(calendar: Calendar, zone: str, day: date) -> str:
    """Return the hours of the first ordinary open day from *day* on, as a clock in *zone* shows them."""
    start = whole_day(day, zone_named(calendar.zone)).start
    spans = [span for span in _plain(calendar).open_spans(start, start + 7 * DAY) if span.length < DAY]
    if not spans:
        return ""
    there, first_day = zone_named(zone), spans[0].start.date()
    return ", ".join(
        f"{span.start.astimezone(there):%H:%M}–{span.end.astimezone(there):%H:%M}"
        for span in spans
        if span.start.date() == first_day
    )


def _offset(zone: str, day: date) -> timedelta:
    """Return how far a clock in *zone* is ahead of UTC when *day* begins there."""
    at = whole_day(day, zone_named(zone)).start.astimezone(zone_named(zone))
    return at.utcoffset() or timedelta(0)
