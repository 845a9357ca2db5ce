# §3.2.3d: after three fruitless reminders the agent may abandon the case.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !need the words you searched for
ben in T-1: !close no answer
expect refused "§3.2.3d"

# Ana's Wednesday, Friday, Tuesday: every two of her business days, at the hour at which she was asked.
at 2026-06-03T09:00Z
expect ana hears "Reminder 1 of 3"
at 2026-06-05T09:00Z
expect ana hears "Reminder 2 of 3"
expect ana hears "Answer here in the thread."
ben in T-1: !close no answer
expect refused "§3.2.3d"
expect T-1 is SUSPENDED
at 2026-06-09T08:59Z
expect nobody hears "T-1"
at 2026-06-09T09:00Z
expect ana hears "Reminder 3 of 3: T-1 waits for you. We still need:"
expect ana hears "the words you searched for"
expect ana hears "without an answer by Thu 11 Jun 2026, 10:00 (London) we may close the ticket"

# Then closing is proposed to the agent, with one tap. Nothing happens of its own accord.
at 2026-06-11T09:00Z
expect ben hears "T-1 had 3 reminders and no answer. Close it?"
expect ben hears "Nothing happens by itself"
expect nobody in #acme hears "T-1"
expect T-1 is SUSPENDED
+ 30 days
expect nobody hears "T-1"
expect T-1 is SUSPENDED

# Even then with a reason (§3.2.6b), and by a person.
ben in T-1: !close
expect refused "§3.2.3d"
ben presses "Close (no answer)" in T-1
expect T-1 is CLOSED
expect T-1 history has §3.2.3d
expect ana hears "no answer"
