"""`chatops policy …`: check, show, why, due, propose, almanac. Nothing here touches a desk; exit codes as in `cli`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from chatops.bootstrap import policies_in
from chatops.domain.durations import DAY
from chatops.domain.policy import TransitionQuestion
from chatops.domain.vocabulary import Action, Language, Role, Severity, Status
from rules import checks, explain
from rules.almanac import almanac
from rules.almanac_pages import almanac_html, almanac_text
from rules.engine import engine_for
from rules.fields import SEVERITY, TRANSITIONS
from rules.loader import shipped_policies
from rules.model import PolicySet
from rules.reading import listed, suggestion
from rules.time_sheets import due_times, show_times, why_severity
from rules.time_words import NotATime, a_date, instant, zone

policy_app = typer.Typer(help="The policies: what the desk may do and when, as data.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Argument(help="A folder of policy files; the shipped ones by default.")]
Policies = Annotated[Path | None, typer.Option("--policies", help="A folder of policy files.")]
Spoken = Annotated[Language, typer.Option(help="en or fr")]
Given = Annotated[list[str] | None, typer.Option("--given", help="A fact, such as solution=fix; repeat it.")]

READERS_ZONES = ("Europe/Paris", "Europe/London")
"""Whose clocks an almanac compares the calendars with, unless it is told."""


@policy_app.command("check")
def policy_check(folder: Folder = None) -> None:
    """Read the policies, run their examples on both evaluators, and name every mistake with its file and line."""
    mistakes = checks.check(folder or shipped_policies())
    for mistake in mistakes:
        typer.echo(str(mistake))
    if mistakes:
        raise typer.Exit(1)
    typer.echo(_summary(policies_in(folder)))


def _summary(policies: PolicySet) -> str:
    """Return a sentence on what holds, every file counted."""
    levels, severity, reminders, notices = (
        policies.service_levels, policies.severity, policies.reminders, policies.notices
    )  # fmt: skip
    asked = (policies.transitions, severity)
    counted = (
        f"{len(policies.transitions.lines)} lines of transitions",
        f"{len(levels.lines)} of service levels",
        f"{len(severity.lines)} of severities",
        f"{len(reminders.lines)} of reminders",
        f"{len(notices.lines)} of notices",
    )
    calendars = policies.calendars
    examples = sum(len(each.examples) for each in (*asked, calendars, levels, reminders, notices))
    return (
        f"Edition {policies.edition}: {', '.join(counted)} and {len(calendars.calendars)} calendars; "
        f"{examples} examples hold, those of transitions and severities on {' and '.join(checks.evaluators())}."
    )


@policy_app.command("show")
def policy_show(folder: Folder = None, language: Spoken = Language.EN) -> None:
    """Print the policies as sheets to read aloud, one after the other."""
    policies = policies_in(folder)
    typer.echo(explain.show(policies, language))
    typer.echo(show_times(policies, language), nl=False)


@policy_app.command("why")
def policy_why(
    action: Annotated[Action, typer.Argument(help="What is to be done, such as resolve.")],
    status: Annotated[Status, typer.Argument(help="How the ticket stands, such as IN_PROGRESS.")],
    role: Annotated[Role, typer.Argument(help="Who asks.")] = Role.AGENT,
    given: Given = None,
    folder: Policies = None,
    language: Spoken = Language.EN,
) -> None:
    """Say what the policy answers to a question, and how far each of its lines fitted."""
    policies = policies_in(folder)
    facts = TRANSITIONS.typed(_facts(given))
    question = TransitionQuestion(action=action, role=role, status=status, facts=facts)
    typer.echo(explain.why(engine_for(policies).decide(question), language))
    typer.echo(explain.trace(policies, question, language), nl=False)


@policy_app.command("propose")
def policy_propose(given: Given = None, folder: Policies = None, language: Spoken = Language.EN) -> None:
    """Say which severity the facts of a report speak for, such as --given subject=question, and by which line."""
    policies = policies_in(folder)
    facts = SEVERITY.typed(_facts(given))
    typer.echo(why_severity(policies, engine_for(policies).propose_severity(facts), facts, language), nl=False)


@policy_app.command("due")
def policy_due(
    plan: Annotated[str, typer.Argument(help="As subscriptions name it, such as standard.")],
    severity: Annotated[Severity, typer.Argument(help="S1 to S4.")],
    at: Annotated[str, typer.Argument(help="When the case is opened, in UTC, such as 2026-06-05T16:00Z.")],
    folder: Policies = None,
    language: Spoken = Language.EN,
) -> None:
    """Say by when a case is due that is opened then, when a warning comes, and which lines say so."""
    policies = policies_in(folder)
    try:
        found = due_times(policies, plan, severity, instant(at), language)
    except NotATime as problem:
        raise typer.BadParameter(str(problem), param_hint="AT") from problem
    if found is None:
        plans = tuple(policies.service_levels.plans)
        raise typer.BadParameter(
            f"No plan is called “{plan}”.{suggestion(plan, plans)} Known are: {listed(plans)}.", param_hint="PLAN"
        )
    typer.echo(found, nl=False)


@policy_app.command("almanac")
def policy_almanac(
    folder: Folder = None,
    months: Annotated[int, typer.Option(min=1, max=24, help="How many, from the first day on.")] = 3,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; today by default.")
    ] = None,
    zones: Annotated[
        list[str] | None, typer.Option("--zone", help="Where readers live, such as Asia/Kathmandu; repeat it.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page to this file instead.")] = None,
    language: Spoken = Language.EN,
) -> None:
    """List by when is due what arrives at each hour, and the days to come that will surprise somebody."""
    try:
        start = datetime.now(UTC).date() if first is None else a_date(first.date().isoformat())
    except NotATime as problem:
        raise typer.BadParameter(str(problem), param_hint="--from") from problem
    try:
        readers = tuple(map(zone, zones or READERS_ZONES))
    except NotATime as problem:
        raise typer.BadParameter(str(problem), param_hint="--zone") from problem
    found = almanac(policies_in(folder), start, _months_later(start, months) - DAY, readers, language)
    if html is None:
        typer.echo(almanac_text(found), nl=False)
        return
    try:
        html.write_text(almanac_html(found), encoding="utf-8")
    except OSError as problem:
        raise typer.BadParameter(f"The page cannot be written: {problem.strerror}.", param_hint="--html") from problem
    typer.echo(f"Written to {html}.")


def _facts(given: list[str] | None) -> dict[str, str]:
    return {name: value for name, _, value in (fact.partition("=") for fact in given or ())}


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + (day.day - 1) * DAY, following - DAY)
