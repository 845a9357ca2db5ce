# A week of a minor case, under a contract that sets a time for the solution: five business days of ten hours, in GMT.
# There is a weekend in it, Bastille Day (a Tuesday), the customer is waited for twice, and the case becomes graver.

policies: ../solution-times
clock: 2026-07-09T15:00Z

# Thursday.
gus in #globex: !ouvrir S3 Le calendrier partagé se vide
expect T-1 response due 2026-07-10T15:00Z
expect T-1 update not tracked
expect T-1 resolution due 2026-07-17T15:00Z
expect gus hears "Première réponse : due au plus tard le ven. 10 juil. 2026, 17:00 (Paris)"

# Friday: somebody takes it, which is no answer; then there is one. In the evening something is missing.
at 2026-07-10T09:00Z
ben in T-1: !take
expect T-1 response running
ben in T-1: !reply we are looking into it
expect T-1 response met
at 2026-07-10T16:00Z
ben in T-1: !need the journals of the synchronisation
expect T-1 resolution paused
expect ben sees "Solution: the clock stands still"
gus in T-1: !échéance
expect gus hears "Solution : due, sans échéance pendant l'attente ; l'horloge est arrêtée depuis le ven. 10 juil. 2026, 18:00 (Paris), dans l'attente de : the journals of the synchronisation."

# Monday: the answer gives back four hours, two of Friday and two of Monday; nobody was owed the weekend.
at 2026-07-13T10:00Z
expect nobody in #globex hears "T-1"
gus in T-1: les voici [file: sync.log]
expect T-1 resolution due 2026-07-20T09:00Z
ben in T-1: !due
expect ben hears "First answer given on Fri 10 Jul, 10:00, in time: it was due by Fri 10 Jul 2026, 16:00 (London)."
expect ben hears "We owe the customer a solution by Mon 20 Jul 2026, 10:00 (London); the clock stood still from Fri 10 Jul, 17:00 to Mon 13 Jul, 11:00 while we waited for: the journals of the synchronisation."
expect ben hears "The plan sets no time for: Next answer."
expect ben hears "Its time: with us 1 day 1 hr, with the customer 2 days 18 hr."
ben in T-1: !start

# Waited for again, over the holiday: that takes two hours, since nobody works on the fourteenth.
at 2026-07-13T16:00Z
ben in T-1: !need the version of the add-on
at 2026-07-15T08:00Z
gus in T-1: 4.2
expect T-1 resolution due 2026-07-20T11:00Z

# Wednesday: it is graver than it seemed. Two business days from now come before what was promised.
at 2026-07-15T09:00Z
ben in T-1: !severity S2 because nobody sees any appointment
expect T-1 is SUSPENDED, S2
expect T-1 resolution due 2026-07-17T09:00Z
gus in T-1: !pourquoi
expect gus hears "Nous vous devons une solution au plus tard le ven. 17 juil. 2026, 11:00 (Paris)"
ben in T-1: !start

# Thursday: half a day before it is due, the one who handles it is warned, and nobody else.
at 2026-07-16T15:00Z
expect ben hears "T-1: the solution is due by Fri 17 Jul 2026, 10:00 (London)."
expect nobody in #globex hears "T-1"
at 2026-07-16T17:00Z
ben in T-1: !resolve fix update the add-on to 4.3
expect T-1 resolution paused
+ 14h
gus presses "Accepter" in T-1
expect T-1 is CLOSED
expect T-1 resolution met
gus in T-1: !échéance
expect gus hears "Solution donnée le jeu. 16 juil., 19:00, dans les temps : elle était due au plus tard le ven. 17 juil. 2026, 11:00 (Paris)"
