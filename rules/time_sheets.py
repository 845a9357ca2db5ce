"""The policies about time and severity as sheets that a manager can read aloud; pure text, one sheet per file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from chatops.domain.business_hours import Calendar
from chatops.domain.durations import BusinessTime, Duration
from chatops.domain.notices import Manner
from chatops.domain.opening_hours import DatedHours, Weekday, WeeklyHours
from chatops.domain.policy import Fact
from chatops.domain.promises import Promise
from chatops.domain.reminders import StepKind
from chatops.domain.severity import SeverityInquiry, SeverityProposal
from chatops.domain.vocabulary import ClockKind, Language, Severity
from rules.almanac_words import Phrases
from rules.conditions import holds
from rules.explain import in_words
from rules.model import PolicySet
from rules.time_model import NamedCalendar, NoticeLine, Plan, ReminderLine, ServiceLine, SeverityLine
from rules.words import word


def show_times(policies: PolicySet, language: Language = Language.EN) -> str:
    """Return a sheet each of when time counts, what is promised, how grave a case is, who is reminded, who is told."""
    sheet = _Sheet(policies, language)
    parts = (sheet.calendars(), sheet.service_levels(), sheet.severities(), sheet.reminders(), sheet.notices())
    return "\n".join("\n".join(rows) + "\n" for rows in parts)


def due_times(
    policies: PolicySet, plan: str, severity: Severity, at: datetime, language: Language = Language.EN
) -> str | None:
    """Return by when a case that is opened *at* is due, and which line says so; None for a plan nobody knows."""
    if plan not in policies.service_levels.plans:
        return None
    sheet = _Sheet(policies, language)
    return "\n".join(row for clock in ClockKind for row in sheet.due(plan, severity, clock, at)) + "\n"


def why_severity(
    policies: PolicySet, proposal: SeverityProposal, facts: Mapping[str, Fact], language: Language = Language.EN
) -> str:
    """Return what *facts* speak for and which line says so, then every line with ✓ or ✗."""
    say = _Sheet(policies, language).say
    where = f"{say('edition')} {proposal.edition}"
    if proposal.line:
        where += f", {say('line')} {proposal.line} {say('of the policy')}"
    said = proposal.says or proposal.because[language]
    rows = [f"{proposal.severity} {say('by')} {proposal.clause} ({where}){say(':')} {said}"]
    for line in policies.severity.lines:
        mark = "✓" if holds(line.when, facts) else "✗"
        rows.append(f"{line.number:>3}  {line.clause:<8} {line.severity} {mark}  {in_words(line.when, language)}")
    return "\n".join(rows) + "\n"


class _Sheet:
    """Says everything in one language."""

    def __init__(self, policies: PolicySet, language: Language) -> None:
        self._policies = policies
        self._language = language
        names = {name: each.called[language] for name, each in policies.calendars.calendars.items()}
        self._phrases = Phrases(language, names)

    def say(self, name: str) -> str:
        return word(name, self._language)

    def _titled(self, name: str, text: str) -> str:
        return f"{self.say(name)}{self.say(':')} {text}"

    def _duration(self, duration: Duration) -> str:
        return self._phrases.duration(duration)

    # ---- when time counts --------------------------------------------------------------------------------------------

    def calendars(self) -> Iterator[str]:
        yield self.say("Calendars").upper()
        for named in self._policies.calendars.calendars.values():
            yield from self._calendar(named)

    def _calendar(self, named: NamedCalendar) -> Iterator[str]:
        calendar = named.calendar
        zone = self.say("theirs") if calendar.roams else calendar.zone
        facts = [self._titled("zone", zone), *map(self._weekly, calendar.weekly)]
        facts.append(self._titled("business day", self._business_day(calendar)))
        if named.holidays_of:
            facts.append(self._titled("holidays of", ", ".join(named.holidays_of)))
        elif calendar.holidays:
            facts.append(self._titled("holidays", ", ".join(dict.fromkeys(each.name for each in calendar.holidays))))
        yield ""
        yield f"{self._phrases.calendar(calendar.name)}  {named.clause}  {self._joined(facts)}"
        yield f"      {named.says}"
        for name, dated in (("also open", calendar.also_open), ("also closed", calendar.also_closed)):
            for each in dated:
                yield f"      {self._titled(name, self._dated(each))}"

    def _weekly(self, weekly: WeeklyHours) -> str:
        days = [self._phrases.weekday(day) for day in weekly.days]
        named = f"{days[0]}–{days[-1]}" if len(days) > 2 and _follow(weekly.days) else ", ".join(days)
        return f"{named} {self._phrases.hours(weekly.hours)}"

    def _dated(self, dated: DatedHours) -> str:
        return f"{self._phrases.day(dated.day)} {self._phrases.hours(dated.hours)} ({dated.why})"

    def _business_day(self, calendar: Calendar) -> str:
        length = calendar.business_day
        return self.say("until the end of the day") if length is None else self._duration(BusinessTime(length=length))

    # ---- what is promised --------------------------------------------------------------------------------------------

    def service_levels(self) -> Iterator[str]:
        levels = self._policies.service_levels
        yield self.say("Service levels").upper()
        for plan in levels.plans.values():
            yield ""
            yield f"{plan.called[self._language]}  {plan.says}"
            yield from self._promises(plan)
        answers = levels.answers
        deeds = ", ".join(map(self.say, answers.deeds))
        yield ""
        yield f"{self._titled('what counts as an answer', deeds)}  {answers.clause}"
        yield f"      {self._titled('by', ', '.join(map(self.say, answers.by)))}"

    def _promises(self, plan: Plan) -> Iterator[str]:
        for line in self._policies.service_levels.lines:
            if plan.name in line.plans:
                whose = f"{self._phrases.word(str(line.clock)):<10} {', '.join(line.severities)}"
                yield f"  {whose}  {line.clause}  {self._target(line)}"
                yield f"      {line.says}"
        yield f"  {self._titled('updates from', self.say(plan.updates_from))}"

    def _target(self, line: ServiceLine) -> str:
        if line.duration is None:
            return self.say("not tracked")
        facts = [f"{self._duration(line.duration)}, {self._phrases.calendar(line.calendar)}"]
        if line.warn_before:
            facts.append(self._titled("warned before", ", ".join(map(self._duration, line.warn_before))))
        if line.pauses:
            facts.append(self._titled("stands still", ", ".join(map(self.say, line.pauses))))
        facts.append(self._titled("seen by", self.say(line.audience)))
        return self._joined(facts)

    def _joined(self, facts: Iterable[str]) -> str:
        return f"{self.say(';')} ".join(facts)

    def due(self, plan: str, severity: Severity, clock: ClockKind, at: datetime) -> Iterator[str]:
        """Yield what one clock of a case that is opened *at* is due, and the line that says so."""
        line = self._policies.service_levels.line(plan, severity, clock)
        target = line.target(self._policies.service_levels.calendars[line.calendar]) if line and line.duration else None
        named = self._phrases.word(str(clock))
        if line is None or target is None:
            where = f" ({self._where(line)})" if line else ""
            yield f"{named:<10} {self.say('not tracked')}{where}"
            return
        promise = Promise(target=target, start=at, made_at=at)
        yield f"{named:<10} {self._phrases.at(promise.due(()))} UTC ({self._where(line)}){self.say(':')} {line.says}"
        for warning in promise.warnings(()):
            yield f"{'':<10} {self._titled('warned', self._phrases.at(warning))} UTC"

    def _where(self, line: ServiceLine) -> str:
        return f"{line.clause}, {self.say('line')} {line.number} {self.say('of the policy')}"

    # ---- how grave it is ---------------------------------------------------------------------------------------------

    def severities(self) -> Iterator[str]:
        policy = self._policies.severity
        yield self.say("Severities").upper()
        yield ""
        yield self.say("what they mean")
        for severity, meaning in policy.definitions.items():
            yield f"  {severity}  {meaning[self._language]}"
        yield ""
        yield self.say("what is asked")
        for inquiry in policy.inquiries:
            yield from self._inquiry(inquiry)
        yield ""
        yield self._titled("what it makes", self.say("the first line that fits decides"))
        for line in policy.lines:
            yield from self._grave(line)
        last = policy.otherwise
        yield f"  {last.severity}  {last.clause:<8} {self.say('otherwise')}"
        yield f"      → {last.because[self._language]}"

    def _inquiry(self, inquiry: SeverityInquiry) -> Iterator[str]:
        only = " · ".join(
            f"{self.say(name)}{self.say(':')} {self._any_of(values)}" for name, values in inquiry.only_if.items()
        )
        yield f"  {inquiry.ask[self._language]}" + (f"  ({self.say('only if')} {only})" if only else "")
        for value, called in inquiry.answers.items():
            # Yes and no need no words of their own.
            if self._language in called:
                yield f"      {self.say(value)}{self.say(':')} {called[self._language]}"

    def _any_of(self, values: Iterable[Fact]) -> str:
        said = (("yes" if value else "no") if isinstance(value, bool) else str(value) for value in values)
        return f" {self.say('or')} ".join(map(self.say, said))

    def _grave(self, line: SeverityLine) -> Iterator[str]:
        when = in_words(line.when, self._language)
        yield f"  {line.severity}  {line.clause:<8} {self.say('when')} {when}"
        yield f"      {line.says}"
        yield f"      → {line.because[self._language]}"

    # ---- who is reminded ---------------------------------------------------------------------------------------------

    def reminders(self) -> Iterator[str]:
        yield self.say("Reminders").upper()
        for line in self._policies.reminders.lines:
            yield ""
            yield from self._reminding(line)

    def _reminding(self, line: ReminderLine) -> Iterator[str]:
        statuses = ", ".join(map(self.say, line.rules))
        rule = next(iter(line.rules.values()))
        plans = self._all_or("any plan", line.plans, self._policies.service_levels.plans)
        severities = self._all_or("any severity", line.severities, tuple(Severity))
        every = f"{self._titled('every', self._duration(rule.every))}, {self._phrases.calendar(rule.calendar.name)}"
        facts = (f"{plans} · {severities}", every, f"{rule.times} ×")
        yield f"{statuses}  {rule.clause}  {self._joined(facts)}"
        then = self.say("closed by the desk" if rule.then is StepKind.CLOSE else "closing is proposed to the agent")
        yield f"      {self._titled('then', then)} ({rule.closing_clause})"
        yield f"      {rule.says}"

    # ---- which of the staff is told ----------------------------------------------------------------------------------

    def notices(self) -> Iterator[str]:
        policy = self._policies.notices
        yield self.say("Notices").upper()
        yield ""
        times = ", ".join(f"{at:%H:%M}" for at in policy.digest.at)
        yield f"{self._titled('digest', times)}, {self._phrases.calendar(policy.digest.days.name)}"
        for line in policy.lines:
            yield from self._notice(line)

    def _notice(self, line: NoticeLine) -> Iterator[str]:
        rule = next(iter(line.rules.values()))
        facts = [self.say(rule.manner)]
        if rule.manner is Manner.AT_ONCE:
            facts[0] += f", {self._phrases.calendar(rule.hours.name) if rule.hours else self.say('at any hour')}"
        if rule.to:
            facts.append(self._titled("to", ", ".join(map(self.say, rule.to))))
        if rule.after and rule.calendar:
            facts.append(
                f"{self._titled('after', self._duration(rule.after))}, {self._phrases.calendar(rule.calendar.name)}"
            )
        if rule.again_after:
            facts.append(self._titled("again after", self._duration(rule.again_after)))
        matters = ", ".join(map(self.say, line.rules))
        severities = self._all_or("any severity", line.severities, tuple(Severity))
        yield f"  {matters} · {severities}  {rule.clause}  {self._joined(facts)}"
        yield f"      {rule.says}"

    def _all_or(self, all_of_them: str, names: Sequence[str], every: Collection[str]) -> str:
        return self.say(all_of_them) if len(names) == len(every) else ", ".join(names)


def _follow(days: tuple[Weekday, ...]) -> bool:
    """Say whether the days come one after the other."""
    return all(later == earlier + 1 for earlier, later in pairwise(days))
