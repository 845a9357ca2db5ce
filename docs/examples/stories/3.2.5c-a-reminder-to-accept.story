# §3.2.5c: the status has not been changed for a few days; a friendly reminder, three times at most.

gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-1: !prendre
bea in T-1: !résoudre contournement reconstruisez l'index
+ 3 days
bea in T-1: !relancer
expect T-1 is RESOLVED
expect T-1 history has §3.2.5c
expect gus hears "Relance 1"
expect gus hears "reconstruisez l'index"
expect gus hears "Accepter"

# A message starts the count again; only the status ends the waiting.
bea in T-1: !relancer
expect gus hears "Relance 2"
gus in T-1: je m'en occupe
expect T-1 is RESOLVED
bea in T-1: !relancer
expect gus hears "Relance 1"
bea in T-1: !relancer
bea in T-1: !relancer
expect gus hears "Relance 3"
bea in T-1: !relancer
expect refused "§3.2.5d"
expect nobody in #globex hears "Relance"
