# La sévérité en français : proposée, qualifiée, contestée.

clock: 2026-06-01T08:00Z

gus in #globex: !ouvrir Le portail ne répond plus
expect T-1 is NEW, S3
expect gus hears "nous commençons par S3"
expect gus hears "vous pose quelques questions"
bea in T-1: !prendre

gus in T-1: !sévérité
expect gus hears "Sur quoi porte votre signalisation"
gus in T-1: quelque chose ne fonctionne pas
gus in T-1: oui
gus in T-1: 1
gus in T-1: oui
gus in T-1: tous
gus in T-1: non
gus in T-1: je ne sais pas
expect #desk hears "S1"
expect gus hears "D’après les réponses de Gus Garnier, c’est S1 Bloquant."
expect gus hears "aucun contournement n’est connu. C’est S1. (§3.1.4)"
expect T-1 is OPEN, S3

+ 1 hour
bea in T-1: !sévérité S2 ?
expect bea hears "rien n’est encore changé"
expect bea hears "Dès maintenant : Première réponse : due au plus tard le lun. 1 juin 2026, 15:00 (Paris)"
expect bea hears "Depuis le début : Première réponse : due au plus tard le lun. 1 juin 2026, 14:00 (Paris)"
bea in T-1: !sévérité S2 dès maintenant le second nœud répond
expect T-1 is OPEN, S2
expect T-1 response due 2026-06-01T13:00Z
expect gus hears "Les nouveaux délais comptent dès maintenant"
expect gus hears "dites-le une fois"

gus in T-1: !sévérité S1 parce que plus personne ne peut travailler
expect gus hears "conteste la sévérité"
gus in T-1: !sévérité S1 vraiment
expect refused "Vous avez déjà contesté cette sévérité une fois"
expect T-1 is OPEN, S2
