# Where a manager's policy says so, a case closes by itself after the last reminder.

policies: ../closing-by-itself

gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-1: !prendre
bea in T-1: !résoudre contournement reconstruisez l'index
at 2026-06-02T09:00Z
expect gus hears "Relance 1 sur 3"
at 2026-06-03T09:00Z
expect gus hears "Relance 2 sur 3"
at 2026-06-04T09:00Z
expect gus hears "Relance 3 sur 3"
expect gus hears "sans avis de votre part au plus tard le ven. 5 juin 2026, 11:00 (Paris), la solution sera considérée comme valide et le ticket sera fermé"
at 2026-06-05T08:59Z
expect T-1 is RESOLVED
at 2026-06-05T09:00Z
expect T-1 is CLOSED
expect T-1 history has §3.2.5d
expect gus hears "solution présumée valide"
expect #desk hears "closed T-1: solution presumed valid"

# Somebody who writes in time is not closed over.
gus in #globex: !ouvrir S4 Comment exporte-t-on un espace
bea in T-2: !prendre
bea in T-2: !demander lequel
at 2026-06-15T09:00Z
expect gus hears "Relance 3 sur 3"
expect gus hears "sans réponse au plus tard le mer. 17 juin 2026, 11:00 (Paris), le ticket sera fermé."
at 2026-06-17T08:59Z
gus in T-2: celui des ventes
+ 30 days
expect nobody in #globex hears "T-2"
expect T-2 is SUSPENDED

# Premium has another line: there closing is proposed.
ana in #acme: !open S3 The search finds nothing
ben in T-3: !take
ben in T-3: !need the words you searched for
+ 30 days
expect ben hears "T-3 had 3 reminders and no answer. Close it?"
expect T-3 is SUSPENDED

# A security hole is never closed over, whatever the policy says of minor cases: Globex answers that this is one.
gus in #globex: !ouvrir S3 Le système de recette montre trop
gus in T-4: !sévérité
gus in T-4: quelque chose ne fonctionne pas
gus in T-4: non
gus in T-4: oui
gus in T-4: une partie non critique
gus in T-4: non
gus in T-4: oui
expect T-4 is NEW, S3
bea in T-4: !prendre
bea in T-4: !résoudre contournement fermez la page
+ 4 days
expect gus hears "Relance 3 sur 3"
expect gus hears "nous pourrons considérer la solution comme valide et fermer le ticket"
+ 30 days
expect bea hears "3 relances sans réponse pour T-4. Le fermer ?"
expect T-4 is RESOLVED
