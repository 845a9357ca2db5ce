# Premium, a blocker, on a Sunday at three in the morning: warned, broken, answered (§3.1.4).

clock: 2026-06-07T03:00Z

ana in #acme: !open S1 The shop is down
expect T-1 response due 2026-06-07T04:00Z
expect ana hears "First answer: due by Sun 7 Jun 2026, 05:00 (London)"

# After a quarter of an hour everybody who may take it is called, and the managers with them; the customer is not.
at 2026-06-07T03:14Z
expect nobody hears "T-1"
at 2026-06-07T03:15Z
expect ben hears "T-1: nobody has taken it since Sun 7 Jun 2026, 05:00 (Paris)"
expect bea hears "T-1: nobody has taken it since"
expect clo hears "T-1: nobody has taken it since"
expect nobody in #acme hears "T-1"

# A quarter of an hour before it is due they are called again.
at 2026-06-07T03:45Z
expect ben hears "T-1: the first answer is due by Sun 7 Jun 2026, 06:00 (Paris)."
expect bea hears "T-1: the first answer is due by"
expect nobody in #acme hears "T-1"

# Taking it is no answer, and neither is a note.
ben in T-1: !take
ben in T-1: woken up, looking
at 2026-06-07T04:00Z
expect ben hears "T-1: the first answer is overdue. It was due by Sun 7 Jun 2026, 05:00 (London)."
expect T-1 response breached
expect ana sees "First answer: overdue since Sun 7 Jun 2026, 05:00 (London)"
ana in T-1: !due
expect ana hears "We owed you an answer by Sun 7 Jun 2026, 05:00 (London), and are late."
+ 10 min
expect nobody hears "T-1"

at 2026-06-07T04:20Z
ben in T-1: !reply the database had no room left; we are making some
expect T-1 response breached
expect T-1 update idle
expect ana sees nothing like "First answer"
ana in T-1: !due
expect ana hears "First answer given on Sun 7 Jun, 05:20, late: it was due by Sun 7 Jun 2026, 05:00 (London)."
expect ana hears "Next answer: nothing is owed now."

# The ongoing service level: what they write next is answered within the hour, around the clock.
at 2026-06-07T05:00Z
ana in T-1: how long will it take?
expect T-1 update due 2026-06-07T06:00Z
expect ana sees "Next answer: due by Sun 7 Jun 2026, 07:00 (London)"
at 2026-06-07T05:30Z
ben in T-1: !reply ten minutes
expect T-1 update met
expect ana sees nothing like "Next answer: due"
ben in T-1: !resolve fix there is room again
ana in T-1: thanks
expect T-1 update met
+ 1 day
expect nobody hears "due by"
ben in T-1: !history
expect ben hears "First answer: overdue, due by Sun 7 Jun 2026, 05:00 (London)"
expect ben hears "First answer: given late"
expect ben hears "Next answer: given in time"
