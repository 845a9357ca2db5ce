# §3.2.3b: the information came and a solution is at hand.

gus in #globex: !ouvrir S3 La recherche ne trouve rien
bea in T-1: !prendre
bea in T-1: !demander le mot que vous cherchez
gus in T-1: « planning »
bea in T-1: !résoudre correctif prévu la version 7.2 ignorera les guillemets
expect T-1 is RESOLVED, assigned to bea
expect T-1 history has §3.2.3b
expect gus hears "la version 7.2 ignorera les guillemets"
expect gus hears "correctif prévu"
