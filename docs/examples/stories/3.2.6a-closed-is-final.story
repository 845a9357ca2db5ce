# §3.2.6a: nobody reopens a closed case; a new one may refer to it.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !close duplicate
expect T-1 is CLOSED

# A message to a closed case proposes a new one that refers to it.
ana in T-1: it is back!
expect refused "§3.2.6a"
expect ana hears "!open"
expect ana hears "after T-1"
expect T-1 is CLOSED
ana in T-1: !refuse
expect refused "§3.2.6a"
ana in T-1: !reopen
expect refused "§3.2.6a"
expect T-1 is CLOSED

ana in #acme: !open S3 The search finds nothing again after T-1
expect T-2 is NEW, S3
expect ana hears "Follows: T-1"
expect #desk hears "Follows: T-1"
expect T-1 is CLOSED

# The same in French.
gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-3: !prendre
bea in T-3: !fermer doublon
gus in T-3: c'est revenu !
expect refused "§3.2.6a"
expect gus hears "après T-3"
gus in #globex: !ouvrir S3 La recherche ne trouve toujours rien après T-3
expect T-4 is NEW
expect gus hears "T-3"

# Nobody refers to a case that is not theirs: it is as if there were none.
gus in #globex: !open S3 just asking after T-1
expect refused "T"
expect gus hears nothing like "search"
