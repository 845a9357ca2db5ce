"""What the managers hear of the platforms that the desk runs on."""

from chatops.application.commands import ReportPlatformLost
from chatops.application.deliveries import Answer
from chatops.application.handlers.desk import Desk
from chatops.application.message_tree import Fact, Message
from chatops.application.words import Voice


async def report_platform_lost(command: ReportPlatformLost, desk: Desk) -> Answer:
    """Tell the managers, in whichever of their rooms can still be reached, that people are not heard elsewhere."""
    await desk.announce_to_managers(lambda say: _lost(command, desk, say))
    return Answer()


def _lost(command: ReportPlatformLost, desk: Desk, say: Voice) -> Message:
    return Message(
        language=say.language,
        headline=say("I hear nobody on {platform} any more.", platform=command.platform.capitalize()),
        facts=(Fact(label=say("Because"), value=command.because),),
        paragraphs=(say("Whoever runs me has to mend that and start me again. Everywhere else I go on meanwhile."),),
        notify=tuple(person.id for person in desk.cast.managers),
    )
