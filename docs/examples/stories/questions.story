# What everybody may ask: show, list, history, why, help; in both languages.

ana in #acme: !open S2 The portal is very slow
ben in T-1: !take
ben in T-1: !need the logs of the period

ana in T-1: !show
expect ana hears "SUSPENDED"
expect ana hears "the logs of the period"
ana in #acme: !show T-1
expect ana hears "The portal is very slow"
ana in #acme: !show
expect refused "Which ticket do you mean? Say it in the ticket's thread, or name it, as in `!show T-12`."

ana in T-1: !why
expect ana hears "SUSPENDED"
expect ana hears "§3.2.2b"
expect ana hears "2022-07.3"

ana in T-1: !history
expect ana hears "§3.2.1"
expect ana hears "§3.2.2b"
expect ana hears "Ben Barker (support) asked for: the logs of the period"

aldo in #acme: !list
expect aldo hears "T-1"
aldo in #acme: !list mine
expect aldo hears nothing like "T-1"
ana in #acme: !list mine
expect ana hears "T-1"
ana in #acme: !list closed
expect ana hears nothing like "T-1"

ana in T-1: !help
expect ana hears "!show"
expect ana hears nothing like "!resolve"
ben in T-1: !help
expect ben hears "!resolve"
expect ben hears "!start"
ben in T-1: !help resolve
expect ben hears "workaround"

gus in #globex: !aide
expect gus hears "!ouvrir"
gus in #globex: !lister
expect gus hears nothing like "T-1"
gus in #globex: !ouvrir S4 Comment exporter un espace ?
gus in T-2: !voir
expect gus hears "Statut : NOUVEAU"
gus in T-2: !pourquoi
expect gus hears "NOUVEAU"
expect gus hears "§3.2.1"
gus in T-2: !historique
expect gus hears "§3.2.1"
ben in #desk: !list
expect ben hears "T-2 · Globex · S4 · NEW · Comment exporter un espace ? · nobody yet · First answer: due by"
gus in #globex: !lister
expect gus hears "Première réponse : due au plus tard le"
