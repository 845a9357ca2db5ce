"""What people call the closed sets of the vocabulary; French ones are the procedure's own words."""

from collections.abc import Mapping

from chatops.application.words import N_
from chatops.domain.vocabulary import Action, ClosingReason, Role, RoomPurpose, Severity, SolutionKind, Status

STATUS: Mapping[Status, str] = {
    Status.NEW: N_("NEW"),
    Status.OPEN: N_("OPEN"),
    Status.SUSPENDED: N_("SUSPENDED"),
    Status.IN_PROGRESS: N_("IN PROGRESS"),
    Status.RESOLVED: N_("RESOLVED"),
    Status.CLOSED: N_("CLOSED"),
}

SEVERITY: Mapping[Severity, str] = {
    Severity.S1: N_("S1 Blocker"),
    Severity.S2: N_("S2 Major"),
    Severity.S3: N_("S3 Minor"),
    Severity.S4: N_("S4 None/Info"),
}

ROOM: Mapping[RoomPurpose, str] = {
    RoomPurpose.CUSTOMER: N_("a customer room"),
    RoomPurpose.DESK: N_("the desk's room"),
    RoomPurpose.MANAGERS: N_("the managers' room"),
    RoomPurpose.DIRECT: N_("a direct room"),
}

SOLUTION: Mapping[SolutionKind, str] = {
    SolutionKind.INFORMATION: N_("information"),
    SolutionKind.WORKAROUND: N_("workaround"),
    SolutionKind.FIX: N_("fix"),
    SolutionKind.FIX_PLANNED: N_("fix planned"),
    SolutionKind.WORKS_AS_DESIGNED: N_("works as designed"),
    SolutionKind.MISUSE: N_("misuse"),
    SolutionKind.OTHER_PRODUCT: N_("other product"),
}

REASON: Mapping[ClosingReason, str] = {
    ClosingReason.SOLUTION_ACCEPTED: N_("solution accepted"),
    ClosingReason.SOLUTION_PRESUMED: N_("solution presumed valid"),
    ClosingReason.NO_ANSWER: N_("no answer"),
    ClosingReason.PATCH_SENT: N_("patch sent"),
    ClosingReason.FIX_PLANNED: N_("fix planned"),
    ClosingReason.WORKS_AS_DESIGNED: N_("works as designed"),
    ClosingReason.DUPLICATE: N_("duplicate"),
    ClosingReason.UNINTELLIGIBLE: N_("unintelligible"),
    ClosingReason.OUT_OF_SCOPE: N_("out of scope"),
    ClosingReason.OTHER: N_("other reason"),
}

ROLE: Mapping[Role, str] = {
    Role.CONTACT: N_("contact"),
    Role.AGENT: N_("agent"),
    Role.MANAGER: N_("manager"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.UNVERIFIED: N_("somebody unverified"),
    Role.DESK: N_("the desk"),
}

BUTTON: Mapping[Action, str] = {
    Action.TAKE: N_("Take"),
    Action.NEED: N_("Ask for information"),
    Action.START: N_("Start"),
    Action.RESOLVE: N_("Resolve"),
    Action.ACCEPT: N_("Accept"),
    Action.REFUSE: N_("Not solved"),
    Action.REMIND: N_("Remind"),
    Action.CLOSE: N_("Close"),
    Action.OPEN: N_("Open a ticket"),
    Action.ASSIGN: N_("Assign"),
    Action.SEVERITY: N_("Change severity"),
    Action.PROPOSE: N_("Say how severe it is"),
    Action.REPLY: N_("Reply to the customer"),
    Action.NOTE: N_("Note for the desk"),
}

SIGN: Mapping[Action, str] = {
    Action.TAKE: "👀",
    Action.START: "🔧",
    Action.ACCEPT: "✅",
    Action.REFUSE: "❌",
    Action.REMIND: "🔔",
}
"""The emoji that does the same, put under a message that shows the button; none for what wants words first."""

ACTION: Mapping[Action, str] = {
    Action.OPEN: N_("open"),
    Action.TAKE: N_("take"),
    Action.ASSIGN: N_("assign"),
    Action.SEVERITY: N_("severity"),
    Action.PROPOSE: N_("severity"),
    Action.NEED: N_("need"),
    Action.START: N_("start"),
    Action.RESOLVE: N_("resolve"),
    Action.ACCEPT: N_("accept"),
    Action.REFUSE: N_("refuse"),
    Action.CLOSE: N_("close"),
    Action.REMIND: N_("remind"),
    Action.REPLY: N_("reply"),
    Action.NOTE: N_("note"),
    Action.SAY: N_("write"),
}
"""The verb to type (`command_line.VERBS`), in the reader's language; plain words (`SAY`) have none."""
