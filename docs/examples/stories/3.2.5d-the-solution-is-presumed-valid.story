# §3.2.5d: after three reminders the agent may presume the solution valid. Here all of it is in French.

gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-1: !prendre
bea in T-1: !résoudre contournement reconstruisez l'index
bea in T-1: !fermer solution présumée
expect refused "§3.2.5d"
at 2026-06-03T09:00Z
expect gus hears "Relance 1 sur 3 : la solution pour T-1 vous convient-elle ?"
at 2026-06-05T09:00Z
expect gus hears "Relance 2 sur 3"
bea in T-1: !fermer solution présumée
expect refused "§3.2.5d"
at 2026-06-09T09:00Z
expect gus hears "Relance 3 sur 3"
expect gus hears "C'est la dernière relance : sans avis de votre part au plus tard le jeu. 11 juin 2026, 11:00 (Paris), nous pourrons considérer la solution comme valide et fermer le ticket."
bea in T-1: !fermer
expect refused "§3.2.5d"
expect T-1 is RESOLVED
at 2026-06-11T09:00Z
expect bea hears "3 relances sans réponse pour T-1. Le fermer ?"
expect T-1 is RESOLVED
bea presses "Fermer (solution présumée valide)" in T-1
expect T-1 is CLOSED
expect T-1 history has §3.2.5d
expect gus hears "solution présumée valide"
