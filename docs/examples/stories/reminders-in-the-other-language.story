# Three reminders and what follows, in both states: where 3.2.3d is in English and 3.2.5d in French, here it is the other way.

gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-1: !prendre
bea in T-1: !demander les mots cherchés
at 2026-06-03T09:00Z
expect gus hears "Relance 1 sur 3 : T-1 vous attend. Il nous faut toujours :"
expect gus hears "les mots cherchés"
at 2026-06-05T09:00Z
expect gus hears "Relance 2 sur 3"
at 2026-06-09T09:00Z
expect gus hears "Relance 3 sur 3"
expect gus hears "C'est la dernière relance : sans réponse au plus tard le jeu. 11 juin 2026, 11:00 (Paris), nous pourrons fermer le ticket."
at 2026-06-11T09:00Z
expect bea hears "3 relances sans réponse pour T-1. Le fermer ?"
expect bea hears "Rien ne se fait tout seul ; vous pouvez aussi attendre encore."
bea presses "Fermer (sans réponse)" in T-1
expect T-1 is CLOSED
expect gus hears "sans réponse"

# Four in New York is nine in the evening in London: whoever reads it reads their own time.
ivy in #initech: !open S3 A page is empty
ben in T-2: !take
at 2026-06-11T20:00Z
ben in T-2: !resolve workaround reload the page
at 2026-06-15T20:00Z
expect ivy hears "Reminder 1 of 3: does the solution for T-2 suit you?"
expect ivy hears "reload the page"
at 2026-06-17T20:00Z
expect ivy hears "Reminder 2 of 3"
at 2026-06-19T20:00Z
expect ivy hears "Reminder 3 of 3"
expect ivy hears "without your word by Tue 23 Jun 2026, 16:00 (New York) we may take the solution as valid and close the ticket"
at 2026-06-23T20:00Z
expect ben hears "T-2 had 3 reminders and no answer. Close it?"
ben presses "Close (solution presumed valid)" in T-2
expect T-2 is CLOSED
expect ivy hears "solution presumed valid"
