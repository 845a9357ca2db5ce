# Every refusal says the clause, the reason and the next step, in the reader's language.

gus in #globex: !ouvrir
expect refused "§3.2.1"
expect gus hears "Dites en quelques mots"
gus in #globex: !ouvrir S2 Le portail est très lent
expect gus hears "Statut : NOUVEAU"
expect gus hears "Sévérité : S2 Majeur"
gus in T-1: !prendre
expect refused "Cette étape revient à nos agents"
gus in T-1: !sévérité S1
expect refused "§3.1.5"
expect gus hears "La qualification finale de la sévérité nous revient"
gus in T-1: !fermer
expect refused "Vous fermez un ticket en acceptant sa solution"

bea in T-1: !démarrer
expect refused "Tapez d’abord `!prendre`"
bea in T-1: !prendre
bea in T-1: !demander
expect refused "Dites ce qui manque"
bea in T-1: !demander les logs de la période
gus in T-1: !accepter
expect refused "Aucune solution n’a encore été proposée"
bea in T-1: !résoudre
expect refused "Indiquez le type de solution"
bea in T-1: !résoudre contournement redémarrez le nœud
bea in T-1: !démarrer
expect refused "sa solution attend la réponse du client"
bea in T-1: !accepter
expect refused "n’appartient qu’au client"
gus presses "Non résolu" in T-1
expect T-1 is OPEN
bea in T-1: !fermer
expect refused "Indiquez la raison"
bea in T-1: !fermer hors périmètre
gus in T-1: mais alors ?
expect refused "c’est définitif"
expect gus hears "après T-1"

# Words that make no command are answered with the nearest one.
gus in #globex: !ouvir S2 Le portail est très lent
expect refused "!ouvrir"
