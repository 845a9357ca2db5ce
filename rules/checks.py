"""
Checks over a whole policy, beyond what loading demands: laws, dead ends, dead lines, examples.

Left alone: what no policy file says. Facts are taken as independent (nowhere is it written that "mine" implies
"assigned"), and a line whose conditions make more than 20,000 cases is taken as alive.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from chatops.domain.errors import Mistake, PolicyBroken, PolicyInvalid
from chatops.domain.policy import Decision
from chatops.domain.vocabulary import Action, Role, Status
from rules.conditions import Condition, holds
from rules.engine import Engine, Evaluator, engine_for, has_durable
from rules.fields import TRANSITIONS
from rules.loader import PolicyDirectory, load
from rules.model import Answer, Example, Line, Outcome, PolicySet, TransitionPolicy, given
from rules.representatives import TooMany, points
from rules.severity_checks import severity_mistakes
from rules.time_checks import time_mistakes


def check(directory: PolicyDirectory) -> tuple[Mistake, ...]:
    """Return everything that is wrong with the policies in *directory*, in the order of the files; nothing is well."""
    try:
        policies = load(directory)
    except PolicyInvalid as problem:
        return problem.mistakes
    return checked(policies)


def checked(policies: PolicySet) -> tuple[Mistake, ...]:
    """Return what is wrong with policies that load."""
    policy = policies.transitions
    found = [*_laws(policy), *_dead_ends(policy), *_dead_lines(policy), *_examples(policies)]
    about_transitions = [Mistake(file=policy.file, line=line, text=text) for line, text in sorted(found)]
    about_severity = severity_mistakes(policies, {name: engine_for(policies, name) for name in evaluators()})
    return (*about_transitions, *time_mistakes(policies), *about_severity)


def evaluators() -> tuple[Evaluator, ...]:
    """Return who answers the examples: the reference, and durable-rules where it can be had."""
    return (Evaluator.REFERENCE, Evaluator.DURABLE) if has_durable() else (Evaluator.REFERENCE,)


Found = Iterator[tuple[int, str]]
"""Lines of the file, and what is wrong there."""


# ---- laws of the procedure -------------------------------------------------------------------------------------------


def _laws(policy: TransitionPolicy) -> Found:
    for line in policy.lines:
        if line.new_status is Status.CLOSED and "reason" not in line.needs:
            yield line.at, "This line closes a case without a reason, which §3.2.6b demands: add “needs: [reason]”."
        if Status.CLOSED in line.statuses and line.new_status not in (None, Status.CLOSED):
            yield line.at, f"This line leads from CLOSED to {line.to}, and CLOSED is final (§3.2.6a)."


# ---- dead ends -------------------------------------------------------------------------------------------------------


def _dead_ends(policy: TransitionPolicy) -> Found:
    arrows = [(before, line.new_status) for line in policy.lines for before in line.statuses if line.new_status]
    reached = _reached(arrows)
    for status in Status:
        if status not in reached:
            yield _first_mention(status, policy), f"No line leads to {status} from the beginning of a case."
        elif status is not Status.CLOSED and all(after == status for before, after in arrows if before == status):
            yield _first_mention(status, policy), f"No line leads out of {status}: a case would stay there for ever."


def _reached(arrows: Iterable[tuple[Status | None, Status]]) -> set[Status | None]:
    """Return where a case can come to, beginning with no ticket at all."""
    arrows = list(arrows)
    reached: set[Status | None] = {None}
    while new := {after for before, after in arrows if before in reached} - reached:
        reached |= new
    return reached


def _first_mention(status: Status, policy: TransitionPolicy) -> int:
    return next((line.at for line in policy.lines if status in (*line.statuses, line.to)), 0)


# ---- dead lines ------------------------------------------------------------------------------------------------------


def _dead_lines(policy: TransitionPolicy) -> Found:
    for line in policy.lines:
        earlier = policy.lines[: line.number - 1]
        if not _can_decide(line, ()):
            yield line.at, f"Line {line.number} of the policy never fits: what it asks for contradicts itself."
        elif not _can_decide(line, earlier):
            yield line.at, f"Line {line.number} of the policy never decides: {_covering(line, earlier)} always do."


def _covering(line: Line, earlier: tuple[Line, ...]) -> str:
    """Name the earlier lines that overlap with *line*: between them they leave it nothing."""
    rivals = [each for each in earlier if any(_meets(each, *corner) for corner in _corners(line))]
    return "earlier lines (" + ", ".join(f"{each.number} at {each.at}" for each in rivals) + ")"


def _can_decide(line: Line, earlier: Iterable[Line]) -> bool:
    """Say whether any question reaches *line*, fits it, and fits none of *earlier*."""
    earlier = tuple(earlier)
    return any(_fits_first(line, [each for each in earlier if _meets(each, *corner)]) for corner in _corners(line))


def _corners(line: Line) -> Iterator[tuple[Action, Status | None, Role]]:
    return product(line.actions, line.statuses, line.by)


def _meets(line: Line, action: Action, status: Status | None, role: Role) -> bool:
    return action in line.actions and status in line.statuses and role in line.by


def _fits_first(line: Line, rivals: list[Line]) -> bool:
    mine, others = _asked(line), [_asked(rival) for rival in rivals]
    try:
        cases = points([*mine, *(condition for asked in others for condition in asked)], TRANSITIONS)
    except TooMany:
        return True
    return any(
        all(holds(condition, facts) for condition in mine)
        and not any(all(holds(condition, facts) for condition in asked) for asked in others)
        for facts in cases
    )


def _asked(line: Line) -> list[Condition]:
    """Return what *line* asks of the facts, its action, from and by apart."""
    return [*([line.when] if line.when else []), *map(given, line.needs)]


# ---- examples --------------------------------------------------------------------------------------------------------


def _examples(policies: PolicySet) -> Found:
    """Run every example on every evaluator; then name the lines that none of them is about."""
    policy = policies.transitions
    engines = {evaluator: engine_for(policies, evaluator) for evaluator in evaluators()}
    decided: set[tuple[int, bool]] = set()
    for example in policy.examples:
        answers = {evaluator: _answered(engine, example) for evaluator, engine in engines.items()}
        yield from ((example.at, text) for text in _unexpected(example, answers))
        decided |= {(each.line, each.allowed) for each in answers.values() if isinstance(each, Decision)}
    for engine in engines.values():
        engine.close()
    for line in policy.lines:
        if (line.number, not line.refuses) not in decided:
            yield line.at, f"No example is answered by line {line.number} of the policy ({line.clause}): add one."


def _answered(engine: Engine, example: Example) -> Decision | PolicyBroken:
    try:
        return engine.decide(example.question)
    except PolicyBroken as problem:
        return problem


def _unexpected(example: Example, answers: Mapping[Evaluator, Decision | PolicyBroken]) -> Iterator[str]:
    """Yield what is not as the example has it: once where the evaluators agree, else naming the evaluator."""
    told = {evaluator: _told(answer, example) for evaluator, answer in answers.items()}
    wrong = {evaluator: text for evaluator, text in told.items() if text}
    if len(set(told.values())) == 1:
        yield from list(wrong.values())[:1]
    else:
        yield from (f"{evaluator}: {text}" for evaluator, text in wrong.items())


def _told(answer: Decision | PolicyBroken, example: Example) -> str:
    """Return what is wrong with *answer*; nothing where it is the expected one."""
    if isinstance(answer, PolicyBroken):
        return f"The example “{example.title}” got no answer: {answer}."
    if answer_of(answer) == example.answer:
        return ""
    where = f"line {answer.line} of the policy" if answer.line else "“otherwise”"
    found = f"{answer_of(answer)} (from {where})"
    return f"The example “{example.title}” expects {example.answer}, and the policy answers {found}."


def answer_of(decision: Decision) -> Answer:
    """Return *decision* as an example writes it."""
    to = (decision.to or Outcome.SAME) if decision.allowed else Outcome.REFUSED
    return Answer(to=to, clause=decision.clause)
