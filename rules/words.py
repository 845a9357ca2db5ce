"""What the words of a policy file are called when it is shown to people; a French manager reads French ones."""

from collections.abc import Mapping

from chatops.domain.vocabulary import Language

_FRENCH: Mapping[str, str] = {
    # statuses, as the procedure writes them
    "NEW": "NOUVEAU",
    "OPEN": "OUVERT",
    "SUSPENDED": "SUSPENDU",
    "IN_PROGRESS": "EN COURS",
    "RESOLVED": "RÉSOLU",
    "CLOSED": "FERMÉ",
    "nothing": "pas encore de ticket",
    "any": "quel qu’il soit",
    "same": "inchangé",
    "refused": "refusé",
    # roles and sides
    "contact": "contact",
    "agent": "agent",
    "manager": "responsable",
    "administrator": "administrateur",
    "unverified": "personne non vérifiée",
    "desk": "le support lui-même",
    "vendor": "éditeur",
    "beneficiary": "bénéficiaire",
    # actions, as one types them
    "open": "ouvrir",
    "take": "prendre",
    "assign": "assigner",
    "severity": "sévérité",
    "need": "demander",
    "start": "démarrer",
    "resolve": "résoudre",
    "accept": "accepter",
    "refuse": "refuser",
    "close": "fermer",
    "remind": "relancer",
    "reply": "répondre",
    "note": "noter",
    "say": "écrire",
    # fields
    "proposed": "sévérité proposée",
    "solution": "solution",
    "reason": "raison",
    "awaited": "ce qui manque",
    "text": "texte",
    "assignee": "à qui",
    "assigned": "attribué",
    "mine": "à soi",
    "reminders": "relances",
    "ball": "la main",
    # solutions and reasons
    "information": "information",
    "workaround": "contournement",
    "fix": "correctif",
    "fix_planned": "correctif prévu",
    "works_as_designed": "fonctionne comme prévu",
    "misuse": "mauvaise utilisation",
    "other_product": "autre produit",
    "solution_accepted": "solution acceptée",
    "solution_presumed": "solution présumée valide",
    "no_answer": "sans réponse",
    "patch_sent": "patch envoyé",
    "duplicate": "doublon",
    "unintelligible": "inintelligible",
    "out_of_scope": "hors périmètre",
    "other": "autre",
    # the condition language
    "yes": "oui",
    "no": "non",
    "not": "pas",
    "at least": "au moins",
    "at most": "au plus",
    "more than": "plus de",
    "fewer than": "moins de",
    "known": "connu",
    "unknown": "inconnu",
    "includes": "contient",
    ":": "\u00a0:",
    "and": "et",
    "or": "ou",
    # the sheet
    "needs": "il faut",
    "when": "quand",
    "Allowed": "Autorisé",
    "Refused": "Refusé",
    "by": "par",
    "edition": "édition",
    "line": "ligne",
    "of the policy": "de la politique",
    "owner": "tenue par",
    "all but": "tout sauf",
    "Refused in words of its own": "Refusé avec une phrase à soi",
    # the columns of a line
    "action": "action",
    "status": "statut",
    "role": "rôle",
    "from": "depuis",
}
_ENGLISH: Mapping[str, str] = {"nothing": "no ticket yet", "desk": "the desk itself"}


def word(name: str, language: Language) -> str:
    """Return what *name* is called in *language*; a name that is nowhere listed stands for itself."""
    return (_FRENCH if language is Language.FR else _ENGLISH).get(name, name).replace("_", " ")


def is_translated(name: str) -> bool:
    return name in _FRENCH
