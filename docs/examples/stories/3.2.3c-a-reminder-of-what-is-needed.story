# §3.2.3c: nothing came for a few days; a reminder repeats what is needed, three times at most.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !need the words you searched for
+ 2 days
ben in T-1: !remind
expect T-1 is SUSPENDED
expect T-1 history has §3.2.3c
expect ana hears "Reminder 1 of 3"
expect ana hears "the words you searched for"

# An answer ends the waiting: there is nothing to remind of.
+ 2 days
ana in T-1: one moment please
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
expect ana hears "last reminder"
ben in T-1: !remind
expect refused "§3.2.3d"
expect nobody in #acme hears "reminder"
