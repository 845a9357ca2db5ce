# §3.2.3c: nothing came for a few days; a reminder repeats what is needed, three times at most.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !need the words you searched for

# It comes by itself after two of Ana's business days, and an agent may send one sooner.
+ 1 day
ben in T-1: !remind
expect T-1 is SUSPENDED
expect T-1 history has §3.2.3c
expect ana hears "Reminder 1 of 3"
expect ana hears "the words you searched for"
+ 1 day
expect nobody in #acme hears "reminder"
+ 1 day
expect ana hears "Reminder 2 of 3"
expect #desk hears "Reminder 2 of 3 sent to the customer"

# An answer ends the waiting: there is nothing to remind of.
ana in T-1: one moment please
+ 20 days
expect nobody hears "reminder"
ben in T-1: !remind
expect refused "§3.2.3a"
expect nobody in #acme hears "reminder"

# Waiting anew, counting begins anew.
ben in T-1: !start
ben in T-1: !need the words you searched for, please
ben in T-1: !relancer
expect ana hears "Reminder 1 of 3"
ben in T-1: !remind
expect ana hears "Reminder 2 of 3"
ben in T-1: !remind
expect ana hears "Reminder 3 of 3"
expect ana hears "This is the last reminder: without an answer by Fri 26 Jun 2026, 10:00 (London) we may close the ticket."
ben in T-1: !remind
expect refused "§3.2.3d"
expect nobody in #acme hears "reminder"
