"""The story player: plays the steps on any stage, lets time pass, and has what people saw judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.console.judge import (
    ExpectationFailed,
    judge_clock,
    judge_hearing,
    judge_history,
    judge_refusal,
    judge_seeing,
    judge_ticket,
)
from adapters.console.rehearsal import rehearse
from adapters.console.stage import Heard, NotOnStage, Stage
from adapters.console.story import (
    Deletes,
    Edits,
    Expectation,
    ExpectClock,
    ExpectHears,
    ExpectHistory,
    ExpectRefused,
    ExpectSees,
    ExpectTicket,
    Passes,
    Presses,
    Reacts,
    Says,
    Step,
    Story,
    StoryInvalid,
    Until,
)
from adapters.console.transcript import Transcript
from chatops.domain.directory import WhoIsWho
from chatops.domain.errors import ChatOpsError
from chatops.domain.vocabulary import PersonId, reference


class VirtualTime:
    """The `TimeSource` of a story: it stands still until the story moves it."""

    def __init__(self, begins_at: datetime) -> None:
        self._now = begins_at

    def now(self) -> datetime:
        return self._now

    def move_to(self, at: datetime) -> None:
        if at < self._now:
            raise ValueError(f"time does not run back from {self._now} to {at}")
        self._now = at


async def play_on(stage: Stage, story: Story, time: VirtualTime, transcript: Transcript) -> bool:
    """
    Play *story* up to the first expectation that does not hold; return whether all did.

    Raises:
        StoryInvalid: It names people or rooms that are not there, or what cannot be played or judged here yet.
    """
    who = await stage.who()
    mistakes = rehearse(story, stage, who)
    if mistakes:
        raise StoryInvalid(mistakes)
    return await _Playing(stage=stage, story=story, time=time, transcript=transcript, who=who).play()


@dataclass(kw_only=True)
class _Playing:
    """
    Attributes:
        mark: How much had become visible before the last line that was not an expectation.
        actor: Who asked for something in that line; None if nobody did.
        refused: Whether it was refused.
    """

    stage: Stage
    story: Story
    time: VirtualTime
    transcript: Transcript
    who: WhoIsWho
    mark: int = 0
    actor: PersonId | None = None
    refused: bool = False

    async def play(self) -> bool:
        self.transcript.begins(self.story.file, self.time.now())
        for step in self.story.steps:
            instead = await self._take(step)
            if instead is not None:
                self.transcript.fails(self.story.file, step, instead)
                return False
        self.transcript.ends(self.story.file, sum(isinstance(step, Expectation) for step in self.story.steps))
        return True

    async def _take(self, step: Step) -> str | None:
        """Return what there is instead of what *step* expects or needs; None when it went well."""
        try:
            if isinstance(step, Expectation):
                await self._judge(step)
                self.transcript.holds(step)
            else:
                await self._act(step)
        except (ExpectationFailed, NotOnStage) as failed:
            return str(failed)
        except ChatOpsError as error:
            return f"the desk failed: {type(error).__name__}: {error}"
        return None

    async def _act(self, step: Step) -> None:
        before = self.time.now()
        self.mark, self.actor, self.refused = len(self.stage.heard()), None, False
        match step:
            case Says(person=person, place=place, text=text):
                self.actor, self.refused = person, await self.stage.say(person, place, text)
            case Presses(person=person, label=label, place=place, words=words):
                self.actor, self.refused = person, await self.stage.press(person, label, place, words)
            case Reacts(person=person, emoji=sign, place=place):
                self.actor, self.refused = person, await self.stage.react(person, sign, place)
            case Edits(person=person, text=text):
                self.actor, self.refused = person, await self.stage.edit(person, text)
            case Deletes(person=person):
                self.actor, self.refused = person, await self.stage.delete(person)
            case Passes(duration=duration):
                await self._pass_until(before + duration)
            case Until(at=at):
                await self._pass_until(at)
            case _:
                raise AssertionError(f"{type(step).__name__} is refused at rehearsal")
        await self.stage.settle()
        now = self.time.now()
        self.transcript.step(step, now=now if now != before else None)
        self.transcript.heard(self._heard())

    async def _pass_until(self, at: datetime) -> None:
        """Let time pass; what is due on the way happens at its own instant, in order."""
        while (due := await self.stage.next_due()) is not None and due <= at:
            self.time.move_to(max(due, self.time.now()))
            await self.stage.settle()
        self.time.move_to(at)

    def _heard(self) -> Sequence[Heard]:
        return self.stage.heard()[self.mark :]

    async def _judge(self, expectation: Expectation) -> None:
        match expectation:
            case ExpectHears():
                judge_hearing(expectation, self._heard())
            case ExpectSees():
                judge_seeing(expectation, self.stage.shown_to(expectation.person))
            case ExpectRefused():
                judge_refusal(expectation, self._heard(), actor=self.actor, refused=self.refused)
            case ExpectTicket():
                cards = self.stage.cards(expectation.ticket_id)
                judge_ticket(expectation, cards, words=self.stage.words, who=self.who)
            case ExpectClock():
                if not await self.stage.clauses(expectation.ticket_id):
                    raise ExpectationFailed(f"there is no {reference(expectation.ticket_id)}")
                judge_clock(expectation, await self.stage.clocks(expectation.ticket_id))
            case ExpectHistory():
                judge_history(expectation, await self.stage.clauses(expectation.ticket_id))
            case _:
                raise AssertionError(f"{type(expectation).__name__} is refused at rehearsal")
