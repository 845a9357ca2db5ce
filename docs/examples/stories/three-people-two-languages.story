# Two customers and one agent: each reads their own language, and only their own case.
clock: 2026-06-05T08:00Z

ana in #acme: !ticket open S2 The portal is very slow
  Every page takes ten seconds.
expect ana hears "Status: NEW"
expect ana hears "Severity: S2 Major"
gus in #globex: !ticket ouvrir S3 La recherche ne trouve rien
  Même les mots du titre.
expect gus hears "Statut : NOUVEAU"
expect gus hears "Sévérité : S3 Mineur"
expect ben hears "La recherche ne trouve rien"
expect ana hears nothing like "recherche"

ben in T-1: !take
expect ana hears "Ben Barker (support) is now handling T-1"
ben in T-2: !take
expect gus hears "T-2"
expect gus hears "OUVERT"
expect ana hears nothing like "T-2"

# Ben writes to each of them, and to himself.
ben in T-1: !reply Good morning Ana, does it happen on every node?
expect ana hears "does it happen on every node"
expect gus hears nothing like "node"
ben in T-2: !répondre Bonjour Gus, depuis quand ?
expect gus hears "Bonjour Gus, depuis quand ?"
ben in T-2: he may have the old index
expect gus hears nothing like "old index"
expect bea hears "old index"

ana in T-1: on every one
expect ben hears "on every one"
gus in T-2: depuis lundi
expect ben hears "depuis lundi"

ben in T-2: !need la liste des mots
expect gus hears "la liste des mots"
expect gus hears "SUSPENDU"
gus in T-2: « planning » et « budget » [file: mots.txt]
expect ben hears "mots.txt"
ben in T-2: !resolve contournement reconstruisez l'index
expect gus hears "contournement"
expect gus hears "RÉSOLU"
gus presses "Accepter" in T-2
expect T-2 is CLOSED
expect gus hears "FERMÉ"
expect gus hears "solution acceptée"
expect ana hears nothing like "T-2"

ben in T-1: !start
expect ana hears "IN PROGRESS"
ben in T-1: !resolve fix version 7.1.4
ana in T-1: !refuse still ten seconds
expect T-1 is OPEN, assigned to ben
expect ben hears "still ten seconds"
expect gus hears nothing like "T-1"
