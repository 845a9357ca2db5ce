"""
Typed words → `Command`: one grammar, English and French, for every chat platform.

A new verb is one row of `VERBS`: its words, its usage line, what it does, and how its arguments are read.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import TypeVar

from chatops.application.commands import (
    AcceptSolution,
    Asked,
    AskedOfATicket,
    AssignTicket,
    BindRoom,
    CloseTicket,
    Command,
    DropQuestion,
    ExplainTicket,
    Help,
    IdentifyPerson,
    ListRooms,
    ListTickets,
    OpenTicket,
    ProposeSeverity,
    RefuseSolution,
    RemindBeneficiary,
    ReplyToBeneficiary,
    RequalifyTicket,
    ResolveTicket,
    ShowDue,
    ShowHistory,
    ShowTicket,
    StartWork,
    SuspendTicket,
    TakeNote,
    TakeTicket,
    TicketCommand,
    UnbindRoom,
)
from chatops.application.words import N_
from chatops.domain.errors import CommandNotUnderstood, TicketNotFound, UserError
from chatops.domain.events import Attachment
from chatops.domain.vocabulary import (
    ClosingReason,
    OrganisationId,
    PersonId,
    Requalification,
    Role,
    RoomPurpose,
    Severity,
    SolutionKind,
    Status,
    TicketId,
)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """
    Who spoke, when and where: what the words alone do not say.

    Attributes:
        ticket_id: Of the thread it was said in.
        organisation: Of the room it was said in, or the speaker's only one.
        people: What somebody may be called (short name, full name, chat address; folded) → who that is.
        mentions: The full identities of those who were mentioned, as the platform says it, without the desk's own.
        verb: What they called the verb.
    """

    by: PersonId
    role: Role
    at: datetime
    people: Mapping[str, PersonId]
    ticket_id: TicketId | None = None
    organisation: OrganisationId | None = None
    files: tuple[Attachment, ...] = ()
    mentions: tuple[str, ...] = ()
    verb: str = ""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """
    Attributes:
        words: What it may be called, folded (`fold`): English first, then French, then forgiven ones.
        usage: The line shown to somebody who got it wrong.
        does: What it does, for `help`.
    """

    words: tuple[str, ...]
    usage: str
    does: str
    read: Callable[[str, Spoken], Command]

    @property
    def name(self) -> str:
        return self.words[0]


def parse(text: str, spoken: Spoken) -> Command:
    """
    Return what marked words ask for; *text* begins with the verb, its mark taken off.

    Raises:
        CommandNotUnderstood: No verb of ours, with the nearest one; or arguments that make no sense.
        TicketNotFound: They name something that cannot be a ticket.
        UserError: No ticket is meant: said outside a thread, and none named.
    """
    word, arguments = _first_word(text.strip())
    if not word:
        return Help(**_asked(spoken), ticket_id=spoken.ticket_id)
    verb = verb_called(word)
    if verb is None:
        raise _unknown(word)
    return verb.read(arguments, replace(spoken, verb=word.strip(_AROUND).casefold()))


def verb_called(word: str) -> Verb | None:
    return _BY_WORD.get(fold(word).strip(_AROUND))


_AROUND = "!.,:;"
"""What may stand before or behind a verb."""


_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "‑": "-", "–": "-", "_": " "})


def fold(text: str) -> str:
    """Return *text* without case, accents, typographic quotes and surplus spaces, for forgiving comparison."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SAME))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def _unknown(word: str) -> CommandNotUnderstood:
    shown = word if len(word) <= 40 else word[:39] + "…"
    near = get_close_matches(fold(word), _BY_WORD, n=1, cutoff=0.65)
    if not near:
        return CommandNotUnderstood(N_("I do not know “{word}”. Type `!help` for what you can do here."), word=shown)
    return CommandNotUnderstood(
        N_("I do not know “{word}”. Did you mean `!{suggestion}`? Type `!help` for what you can do here."),
        word=shown,
        suggestion=near[0],
    )


# ---- pieces of arguments ---------------------------------------------------------------------------------------------

T = TypeVar("T")

_BETWEEN = re.compile(r"^[\s:,;]*(?:[–—-]\s+)?")


def _first_word(text: str) -> tuple[str, str]:
    word = re.match(r"\S+", text)
    return (word[0], text[word.end() :].strip()) if word else ("", "")


def _phrase(arguments: str, phrases: Mapping[str, T]) -> tuple[T | None, str]:
    """Return what the longest of *phrases* that begins the arguments stands for, and what remains."""
    ends = [word.end() for word in re.finditer(r"\S+", arguments[:200])][:4]
    for end in reversed(ends):
        said = fold(arguments[:end]).rstrip(":,;.!")
        if said in phrases:
            return phrases[said], _BETWEEN.sub("", arguments[end:], count=1).rstrip()
    return None, arguments


_TICKET = re.compile(r"[tT][-‑–]?([1-9][0-9]{0,17})(?=$|[\s:,;.!?])[\s:,;.!?]*", re.ASCII)
_LIKE_A_TICKET = re.compile(r"[tT][-‑–]\S*\d\S*$")


def _ticket(arguments: str, spoken: Spoken) -> tuple[TicketId, str]:
    """Return the ticket that is named first, or else the thread's, and what remains."""
    if named := _TICKET.match(arguments):
        return TicketId(int(named[1])), arguments[named.end() :]
    if spoken.ticket_id is not None:
        return spoken.ticket_id, arguments
    if _LIKE_A_TICKET.match(_first_word(arguments)[0]):
        raise not_found()
    raise UserError(
        N_("Which ticket do you mean? Say it in the ticket's thread, or name it, as in `!{verb} T-12`."),
        verb=spoken.verb,
    )


def not_found() -> TicketNotFound:
    """The one sentence for a ticket that is not there, and for one that is not theirs (S14)."""
    return TicketNotFound(N_("I find no such ticket here. Check its number, or type `!list` to see yours."))


_SEVERITIES: Mapping[str, Severity] = {
    **{f"{word}{number}": Severity(f"S{number}") for word in ("s", "sev", "severity ", "severite ", "sev ", "s ")
       for number in range(1, 5)},
    **{f"s{number} {word}": Severity(f"S{number}")
       for number, words in enumerate((("blocker", "bloquant"), ("major", "majeur"), ("minor", "mineur"),
                                       ("none", "info", "none/info", "aucune/info", "aucune")), start=1)
       for word in words},
    "blocker": Severity.S1, "bloquant": Severity.S1, "bloquante": Severity.S1,
    "major": Severity.S2, "majeur": Severity.S2, "majeure": Severity.S2,
    "minor": Severity.S3, "mineur": Severity.S3, "mineure": Severity.S3,
    "info": Severity.S4, "none": Severity.S4, "aucune": Severity.S4,
}  # fmt: skip
_ALSO_PROSE = ("info", "none", "aucune", "s ")


def _severity_of_a_report(arguments: str) -> tuple[Severity | None, str]:
    """
    Return the severity that a report begins with, and the report.

    A code (``S1``, ``sev 1``) is taken off. A word (``bloquant``) is taken off when a colon or a capital
    follows; ``Major outage of the portal`` keeps its first word, and ``None of us can log in`` is no severity.
    """
    severity, report = _phrase(arguments, _SEVERITIES)
    if severity is None:
        return None, arguments
    said = arguments[: len(arguments) - len(report)] if report else arguments
    if any(character.isdigit() for character in said):
        return severity, report
    punctuated = said.rstrip().endswith((":", ",", ";", "-", "–", "—"))
    if punctuated or not report:
        return severity, report
    if fold(said) in _ALSO_PROSE:
        return None, arguments
    return severity, report if report[0].isupper() else arguments


_SOLUTIONS: Mapping[str, SolutionKind] = {
    "information": SolutionKind.INFORMATION, "info": SolutionKind.INFORMATION,
    "answer": SolutionKind.INFORMATION, "reponse": SolutionKind.INFORMATION,
    "workaround": SolutionKind.WORKAROUND, "contournement": SolutionKind.WORKAROUND,
    "fix": SolutionKind.FIX, "patch": SolutionKind.FIX, "correctif": SolutionKind.FIX,
    "fix planned": SolutionKind.FIX_PLANNED, "planned fix": SolutionKind.FIX_PLANNED,
    "correctif prevu": SolutionKind.FIX_PLANNED, "correctif planifie": SolutionKind.FIX_PLANNED,
    "works as designed": SolutionKind.WORKS_AS_DESIGNED, "as designed": SolutionKind.WORKS_AS_DESIGNED,
    "fonctionne comme prevu": SolutionKind.WORKS_AS_DESIGNED,
    "misuse": SolutionKind.MISUSE, "mauvaise utilisation": SolutionKind.MISUSE,
    "other product": SolutionKind.OTHER_PRODUCT, "autre produit": SolutionKind.OTHER_PRODUCT,
}  # fmt: skip

_REASONS: Mapping[str, ClosingReason] = {
    "solution accepted": ClosingReason.SOLUTION_ACCEPTED, "solution acceptee": ClosingReason.SOLUTION_ACCEPTED,
    "accepted": ClosingReason.SOLUTION_ACCEPTED, "acceptee": ClosingReason.SOLUTION_ACCEPTED,
    "solution presumed": ClosingReason.SOLUTION_PRESUMED, "solution presumed valid": ClosingReason.SOLUTION_PRESUMED,
    "presumed valid": ClosingReason.SOLUTION_PRESUMED, "presumed": ClosingReason.SOLUTION_PRESUMED,
    "solution presumee": ClosingReason.SOLUTION_PRESUMED, "presumee valide": ClosingReason.SOLUTION_PRESUMED,
    "solution presumee valide": ClosingReason.SOLUTION_PRESUMED,
    "no answer": ClosingReason.NO_ANSWER, "sans reponse": ClosingReason.NO_ANSWER,
    "pas de reponse": ClosingReason.NO_ANSWER, "abandoned": ClosingReason.NO_ANSWER,
    "patch sent": ClosingReason.PATCH_SENT, "fix sent": ClosingReason.PATCH_SENT,
    "patch envoye": ClosingReason.PATCH_SENT, "correctif envoye": ClosingReason.PATCH_SENT,
    "fix planned": ClosingReason.FIX_PLANNED, "correctif prevu": ClosingReason.FIX_PLANNED,
    "works as designed": ClosingReason.WORKS_AS_DESIGNED, "as designed": ClosingReason.WORKS_AS_DESIGNED,
    "fonctionne comme prevu": ClosingReason.WORKS_AS_DESIGNED,
    "duplicate": ClosingReason.DUPLICATE, "doublon": ClosingReason.DUPLICATE,
    "unintelligible": ClosingReason.UNINTELLIGIBLE, "inintelligible": ClosingReason.UNINTELLIGIBLE,
    "langage inintelligible": ClosingReason.UNINTELLIGIBLE,
    "out of scope": ClosingReason.OUT_OF_SCOPE, "hors perimetre": ClosingReason.OUT_OF_SCOPE,
    "hors sujet": ClosingReason.OUT_OF_SCOPE,
    "other": ClosingReason.OTHER, "autre": ClosingReason.OTHER,
    "other reason": ClosingReason.OTHER, "autre raison": ClosingReason.OTHER,
}  # fmt: skip

_STATUSES: Mapping[str, Status] = {
    "new": Status.NEW, "nouveau": Status.NEW, "nouveaux": Status.NEW,
    "open": Status.OPEN, "ouvert": Status.OPEN, "ouverts": Status.OPEN,
    "suspended": Status.SUSPENDED, "suspendu": Status.SUSPENDED, "suspendus": Status.SUSPENDED,
    "in progress": Status.IN_PROGRESS, "en cours": Status.IN_PROGRESS,
    "resolved": Status.RESOLVED, "resolu": Status.RESOLVED, "resolus": Status.RESOLVED,
    "closed": Status.CLOSED, "ferme": Status.CLOSED, "fermes": Status.CLOSED,
}  # fmt: skip

_ME = ("me", "myself", "moi", "a moi")
_MINE = ("mine", "my", "me", "moi", "les miens", "mes tickets", "my tickets", "a moi")
_ALL = ("all", "tous", "tout", "toutes")


def _person(said: str, spoken: Spoken) -> PersonId | None:
    """
    Raises:
        UserError: The words name nobody of the directory.
    """
    name = fold(said).strip("@:,. ")
    if not name:
        return None
    if name in _ME:
        return spoken.by
    person = (
        spoken.people.get(name)
        or spoken.people.get(fold(said).strip(" :,."))
        or spoken.people.get(fold(_first_word(said)[0]).strip("@:,."))
    )
    if person is None:
        raise UserError(N_("I know nobody called “{name}”. Use their short name, as in `!assign ben`."), name=said[:60])
    return person


# ---- the verbs' arguments --------------------------------------------------------------------------------------------


def _asked(spoken: Spoken) -> Asked:
    return Asked(by=spoken.by, role=spoken.role, at=spoken.at)


def _on_a_ticket(
    make: Callable[[AskedOfATicket, str, Spoken], TicketCommand],
) -> Callable[[str, Spoken], Command]:
    """Read the ticket that is meant, and leave the rest of the arguments to *make*."""

    def read(arguments: str, spoken: Spoken) -> Command:
        ticket_id, rest = _ticket(arguments, spoken)
        return make(AskedOfATicket(**_asked(spoken), ticket_id=ticket_id), rest.strip(), spoken)

    return read


_BEHALF = re.compile(r"(?:for|pour|on behalf of|de la part de)\s+(@?\S+)\s*", re.IGNORECASE)
_AFTER = re.compile(
    r"(?:after|following|apres|après|suite [àa])\s+[tT][-‑–]?([1-9][0-9]{0,17})\b[\s:,;]*", re.I | re.ASCII
)
_AFTER_AT_THE_END = re.compile(r"\s*" + _AFTER.pattern.removesuffix(r"[\s:,;]*") + r"\s*[.!]?\s*$", re.I | re.ASCII)


def _open(arguments: str, spoken: Spoken) -> OpenTicket:
    report, requester, refers_to, severity = arguments, None, None, None
    while True:
        if (behalf := _BEHALF.match(report)) and spoken.role is not Role.CONTACT:
            requester, report = _person(behalf[1], spoken), report[behalf.end() :]
        elif after := _AFTER.match(report):
            refers_to, report = TicketId(int(after[1])), report[after.end() :]
        elif severity is None and (found := _severity_of_a_report(report))[0] is not None:
            severity, report = found
        else:
            break
    if refers_to is None and (after := _AFTER_AT_THE_END.search(report)):
        refers_to, report = TicketId(int(after[1])), report[: after.start()]
    return OpenTicket(
        **_asked(spoken), organisation=spoken.organisation, text=report.strip(),
        severity=severity, requester=requester, refers_to=refers_to, files=spoken.files,
    )  # fmt: skip


def _assign(asked: AskedOfATicket, rest: str, spoken: Spoken) -> TicketCommand:
    said = re.sub(r"^(?:to|à|a)\s+", "", rest, flags=re.IGNORECASE)
    return AssignTicket(**asked, assignee=_person(said, spoken))


_MODES: Mapping[str, Requalification] = {
    "from now on": Requalification.FORWARD, "from now": Requalification.FORWARD,
    "des maintenant": Requalification.FORWARD, "a partir de maintenant": Requalification.FORWARD,
    "from the beginning": Requalification.RETROACTIVE, "from the start": Requalification.RETROACTIVE,
    "depuis le debut": Requalification.RETROACTIVE, "des le debut": Requalification.RETROACTIVE,
}  # fmt: skip
_CONFIRMED: Mapping[str, bool] = dict.fromkeys(("confirm", "confirmed", "confirmer", "confirme"), True)
_ANSWERED = re.compile(r"([a-z_]{1,40})=(\S*)\s*")


def _severity(asked: AskedOfATicket, rest: str, spoken: Spoken) -> TicketCommand:
    """Staff set a severity, a contact proposes one (§3.1.5): the same verb."""
    if spoken.role is Role.CONTACT and (not rest or _ANSWERED.match(rest)):
        return _answered(asked, rest, spoken)
    severity, why = _phrase(re.sub(r"^(?:to|à|en)\s+", "", rest, flags=re.IGNORECASE), {**_SEVERITIES, **_IN_QUESTION})
    if severity is None and rest:
        raise _no_severity()
    if spoken.role is Role.CONTACT:
        return ProposeSeverity(**asked, severity=severity, why=_reason(why), files=spoken.files)
    named = rest[: len(rest) - len(why)]
    mode, why = _phrase(why, _MODES)
    confirmed, why = _phrase(why, _CONFIRMED)
    why = _reason(why)
    return RequalifyTicket(
        **asked, severity=severity, why="" if why == "?" else why, mode=mode, confirmed=bool(confirmed),
        only_asked="?" in named or why == "?",
    )  # fmt: skip


def _no_severity() -> CommandNotUnderstood:
    return CommandNotUnderstood(N_("A severity is S1, S2, S3 or S4, as in `!severity S2 the portal still answers`."))


_IN_QUESTION: Mapping[str, Severity] = {f"{said}?": severity for said, severity in _SEVERITIES.items()}


def _reason(why: str) -> str:
    return re.sub(r"^(?:because|as|car|parce que)\s+", "", why, flags=re.IGNORECASE)


def _answered(asked: AskedOfATicket, rest: str, spoken: Spoken) -> ProposeSeverity:
    """Read the answers so far, and last a question with the words that answer it: ``loss=total halted= yes``."""
    answers: list[tuple[str, str]] = []
    question = ""
    while not question and (found := _ANSWERED.match(rest)):
        rest = rest[found.end() :]
        if found[2]:
            answers.append((found[1], found[2]))
        else:
            question = found[1]
    if rest and not question:
        raise _no_severity()
    return ProposeSeverity(
        **asked, severity=None, answers=tuple(answers), asked=question, said=rest, files=spoken.files
    )


def _resolve(asked: AskedOfATicket, rest: str, spoken: Spoken) -> TicketCommand:
    solution, text = _phrase(rest, _SOLUTIONS)
    return ResolveTicket(**asked, solution=solution, text=text)


def _close(asked: AskedOfATicket, rest: str, spoken: Spoken) -> TicketCommand:
    """Words that are none of the usual reasons are a reason all the same (§3.2.6b: « etc. »)."""
    reason, note = _phrase(rest, _REASONS)
    if reason is None and note:
        reason = ClosingReason.OTHER
    return CloseTicket(**asked, reason=reason, note=note)


_PURPOSES: Mapping[str, RoomPurpose] = {
    "customer": RoomPurpose.CUSTOMER, "client": RoomPurpose.CUSTOMER,
    "desk": RoomPurpose.DESK, "support": RoomPurpose.DESK,
    "managers": RoomPurpose.MANAGERS, "manager": RoomPurpose.MANAGERS,
    "responsables": RoomPurpose.MANAGERS, "responsable": RoomPurpose.MANAGERS,
}  # fmt: skip


def _bind(arguments: str, spoken: Spoken) -> BindRoom:
    purpose, organisation = _phrase(re.sub(r"^(?:to|à|au)\s+", "", arguments, flags=re.IGNORECASE), _PURPOSES)
    if purpose is None or (purpose is RoomPurpose.CUSTOMER) is not bool(organisation):
        raise CommandNotUnderstood(N_("Write `!bind customer acme`, `!bind desk` or `!bind managers`."))
    return BindRoom(**_asked(spoken), purpose=purpose, organisation=organisation)


def _identify(arguments: str, spoken: Spoken) -> IdentifyPerson:
    """The identity stands first, or last; or else the one person is meant who was mentioned, or replied to."""
    words = arguments.split()
    if len(words) + len(spoken.mentions) < 2 or not words:
        raise CommandNotUnderstood(
            N_("Write who they are on the platform, in full, and who that is: `!identify @ana:example.org ana`.")
        )
    written = next((word for word in (words[0], words[-1]) if word.startswith("@") and ":" in word), None)
    if (written is None or len(words) == 1) and len(spoken.mentions) == 1:
        identity, called = spoken.mentions[0], words[-1]
    else:
        identity = written or words[0]
        called = " ".join(words[:-1] if identity is words[-1] else words[1:])
    known = spoken.people.get(fold(called).strip("@:,. "))
    return IdentifyPerson(**_asked(spoken), identity=identity, called=called, person=known)


def _list(arguments: str, spoken: Spoken) -> ListTickets:
    said = fold(arguments)
    status = _phrase(arguments, _STATUSES)[0]
    return ListTickets(
        **_asked(spoken), mine=said in _MINE, status=status,
        closed=said in _ALL or status is Status.CLOSED,
    )  # fmt: skip


def _help(arguments: str, spoken: Spoken) -> Help:
    topic = verb_called(_first_word(arguments)[0]) if arguments else None
    return Help(
        **_asked(spoken), ticket_id=spoken.ticket_id,
        topic=topic.name if topic else None,
    )  # fmt: skip


VERBS: tuple[Verb, ...] = (
    Verb(
        words=("open", "ouvrir", "new", "nouveau", "create", "creer"),
        usage=N_("!open [S1–S4] what is wrong (further lines describe it)"),
        does=N_("opens a ticket"),
        read=_open,
    ),
    Verb(
        words=("take", "prendre", "claim"),
        usage=N_("!take [T-12]"),
        does=N_("makes the ticket yours"),
        read=_on_a_ticket(
            lambda asked, _, __: TakeTicket(**asked)
        ),
    ),
    Verb(
        words=("assign", "assigner", "attribuer"),
        usage=N_("!assign [T-12] ben"),
        does=N_("gives the ticket to a colleague"),
        read=_on_a_ticket(_assign),
    ),
    Verb(
        words=("severity", "severite", "sev", "gravite", "propose", "proposer", "contest", "contester"),
        usage=N_("!severity [T-12] S2 why"),
        does=N_("sets the severity (`!severity S2?` shows first what that would change); customers propose one"),
        read=_on_a_ticket(_severity),
    ),
    Verb(
        words=("need", "demander", "ask", "suspend", "suspendre"),
        usage=N_("!need [T-12] what is missing"),
        does=N_("asks the customer for information; work stops until it comes"),
        read=_on_a_ticket(
            lambda asked, rest, _: SuspendTicket(**asked, awaited=rest)
        ),
    ),
    Verb(
        words=("start", "demarrer", "commencer", "resume", "reprendre"),
        usage=N_("!start [T-12]"),
        does=N_("starts the work: the ticket is in progress"),
        read=_on_a_ticket(
            lambda asked, _, __: StartWork(**asked)
        ),
    ),
    Verb(
        words=("resolve", "resoudre", "solve"),
        usage=N_("!resolve [T-12] workaround the solution, with its instructions"),
        does=N_(
            "proposes a solution: information, workaround, fix, fix planned, works as designed, misuse, other product"
        ),
        read=_on_a_ticket(_resolve),
    ),
    Verb(
        words=("accept", "accepter"),
        usage=N_("!accept [T-12]"),
        does=N_("accepts the solution and closes the ticket"),
        read=_on_a_ticket(
            lambda asked, rest, _: AcceptSolution(**asked, note=rest)
        ),
    ),
    Verb(
        words=("refuse", "refuser", "reopen", "rouvrir"),
        usage=N_("!refuse [T-12] what is still wrong"),
        does=N_("says that the solution does not suit; the ticket is open again"),
        read=_on_a_ticket(
            lambda asked, rest, _: RefuseSolution(**asked, why=rest)
        ),
    ),
    Verb(
        words=("close", "fermer", "cloturer"),
        usage=N_("!close [T-12] reason"),
        does=N_(
            "closes the ticket for good, with a reason: duplicate, unintelligible, out of scope, no answer, patch sent…"
        ),
        read=_on_a_ticket(_close),
    ),
    Verb(
        words=("remind", "relancer", "rappeler"),
        usage=N_("!remind [T-12]"),
        does=N_("reminds the customer of what is awaited"),
        read=_on_a_ticket(
            lambda asked, _, __: RemindBeneficiary(**asked)
        ),
    ),
    Verb(
        words=("reply", "repondre", "answer"),
        usage=N_("!reply [T-12] words for the customer"),
        does=N_("writes to the customer"),
        read=_on_a_ticket(
            lambda asked, rest, spoken: ReplyToBeneficiary(**asked, text=rest, files=spoken.files)
        ),
    ),
    Verb(
        words=("note", "noter"),
        usage=N_("!note [T-12] words for the desk only"),
        does=N_("takes an internal note"),
        read=_on_a_ticket(
            lambda asked, rest, spoken: TakeNote(**asked, text=rest, files=spoken.files)
        ),
    ),
    Verb(
        words=("show", "voir", "montrer", "status", "etat"),
        usage=N_("!show [T-12]"),
        does=N_("shows the ticket"),
        read=_on_a_ticket(
            lambda asked, _, __: ShowTicket(**asked)
        ),
    ),
    Verb(
        words=("list", "lister", "liste", "tickets"),
        usage=N_("!list [mine | all | in progress …]"),
        does=N_("lists the tickets you may see"),
        read=_list,
    ),
    Verb(
        words=("history", "historique"),
        usage=N_("!history [T-12]"),
        does=N_("tells all that happened to the ticket"),
        read=_on_a_ticket(
            lambda asked, _, __: ShowHistory(**asked)
        ),
    ),
    Verb(
        words=("why", "pourquoi"),
        usage=N_("!why [T-12]"),
        does=N_("tells why the ticket stands as it does, with the clause"),
        read=_on_a_ticket(
            lambda asked, _, __: ExplainTicket(**asked)
        ),
    ),
    Verb(
        words=("due", "echeance", "echeances", "deadline"),
        usage=N_("!due [T-12]"),
        does=N_("tells what is owed until when, and when the clocks stood still"),
        read=_on_a_ticket(
            lambda asked, _, __: ShowDue(**asked)
        ),
    ),
    Verb(
        words=("cancel", "annuler"),
        usage=N_("!cancel"),
        does=N_("drops a command that I asked you to complete"),
        read=lambda _, spoken: DropQuestion(**_asked(spoken)),
    ),
    Verb(
        words=("bind", "associer"),
        usage=N_("!bind customer acme | desk | managers"),
        does=N_("says what this room is for"),
        read=_bind,
    ),
    Verb(
        words=("unbind", "dissocier"),
        usage=N_("!unbind"),
        does=N_("lets this room go: the desk listens to nobody in it any more"),
        read=lambda _, spoken: UnbindRoom(**_asked(spoken)),
    ),
    Verb(
        words=("rooms", "salons"),
        usage=N_("!rooms"),
        does=N_("lists the rooms, and what they are for"),
        read=lambda _, spoken: ListRooms(**_asked(spoken)),
    ),
    Verb(
        words=("identify", "rattacher", "identifier"),
        usage=N_("!identify @ana:example.org ana"),
        does=N_("says who a chat identity belongs to"),
        read=_identify,
    ),
    Verb(
        words=("help", "aide", "?"),
        usage=N_("!help [verb]"),
        does=N_("tells what you can do here and now"),
        read=_help,
    ),
)  # fmt: skip

_BY_WORD: Mapping[str, Verb] = {word: verb for verb in VERBS for word in verb.words}
