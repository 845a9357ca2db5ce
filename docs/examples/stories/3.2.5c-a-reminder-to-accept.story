# §3.2.5c: the status has not been changed for a few days; a friendly reminder, three times at most.

gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-1: !prendre
bea in T-1: !résoudre contournement reconstruisez l'index

# It comes by itself after two of Gus's business days, and an agent may send one sooner.
+ 1 day
bea in T-1: !relancer
expect T-1 is RESOLVED
expect T-1 history has §3.2.5c
expect gus hears "Relance 1 sur 3"
expect gus hears "reconstruisez l'index"
expect gus hears "Accepter"
+ 2 days
expect gus hears "Relance 2 sur 3"

# A message starts the count again; only the status ends the waiting.
gus in T-1: je m'en occupe
expect T-1 is RESOLVED
bea in T-1: !relancer
expect gus hears "Relance 1 sur 3"
bea in T-1: !relancer
bea in T-1: !relancer
expect gus hears "Relance 3 sur 3"
expect gus hears "sans avis de votre part au plus tard le lun. 8 juin 2026, 11:00 (Paris)"
bea in T-1: !relancer
expect refused "§3.2.5d"
expect nobody in #globex hears "Relance"
