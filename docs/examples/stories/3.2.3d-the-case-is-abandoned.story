# §3.2.3d: after three fruitless reminders the agent may abandon the case.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !need the words you searched for
ben in T-1: !close no answer
expect refused "§3.2.3d"
+ 2 days
ben in T-1: !remind
+ 2 days
ben in T-1: !remind
ben in T-1: !close no answer
expect refused "§3.2.3d"
expect T-1 is SUSPENDED
+ 2 days
ben in T-1: !remind
expect ana hears "we may close the ticket"

# Even then with a reason (§3.2.6b), and by a person: nothing happens of its own accord.
+ 30 days
expect nobody hears "T-1"
ben in T-1: !close
expect refused "§3.2.3d"
expect T-1 is SUSPENDED
ben in T-1: !close no answer
expect T-1 is CLOSED
expect T-1 history has §3.2.3d
expect ana hears "no answer"
