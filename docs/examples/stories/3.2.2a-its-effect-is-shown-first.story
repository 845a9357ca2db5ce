# §3.2.2a: what a change of severity does to the clocks is shown before it is done; A10.

clock: 2026-06-01T08:00Z

gus in #globex: !ouvrir S3 Le portail est très lent
expect T-1 response due 2026-06-02T18:00Z

# Eleven of twenty business hours are gone.
at 2026-06-02T09:00Z
ben in T-1: !severity S1?
expect ben hears "nothing is changed yet"
expect ben hears "From now on: First answer: due by Tue 2 Jun 2026, 11:00 (London)"
expect ben hears "From the beginning: First answer overdue at once, since Mon 1 Jun 2026, 10:00 (London)"
expect ben hears "Who will be told: Gus Garnier"
expect nobody in #globex hears "S1"
expect T-1 is NEW, S3

# What breaks nothing is done at once, and tells its effect and what it means.
ben in T-1: !severity S1 nobody there can work
expect T-1 is NEW, S1
expect T-1 response due 2026-06-02T10:00Z
expect T-1 response running
expect gus hears "12:00 (Paris)"
expect gus hears "S1 signifie"
expect gus hears "§3.1.5"

# An hour later it is broken, and no severity mends that.
at 2026-06-02T10:30Z
expect T-1 response breached
ben in T-1: !severity S3?
expect ben hears "What was not kept stays so"
expect T-1 is NEW, S1
ben presses "Change from the beginning" in T-1
expect T-1 is NEW, S3
expect T-1 response breached

# From the beginning a graver one may be over at once: so that is asked back.
gus in #globex: !ouvrir S3 Une page est vide
at 2026-06-03T10:30Z
ben in T-2: !severity S1 from the beginning it was so all along
expect T-2 is NEW, S3
expect ben hears "overdue at once"
ben presses "Change from the beginning" in T-2
expect T-2 is NEW, S1
expect T-2 response breached
