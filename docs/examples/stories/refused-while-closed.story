# Closed is final for both sides (§3.2.6a); only a note may still be taken.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !close duplicate

ben in T-1: !take
expect refused "§3.2.6a"
ben in T-1: !assign bea
expect refused "§3.2.6a"
ben in T-1: !severity S1
expect refused "§3.2.6a"
ben in T-1: !need the logs
expect refused "§3.2.6a"
ben in T-1: !start
expect refused "§3.2.6a"
ben in T-1: !resolve information look it up
expect refused "§3.2.6a"
ben in T-1: !accept
expect refused "§3.2.6a"
ben in T-1: !refuse
expect refused "§3.2.6a"
ben in T-1: !close duplicate
expect refused "§3.2.6a"
ben in T-1: !remind
expect refused "§3.2.6a"
ben in T-1: !reply one more thing
expect refused "§3.2.6a"
expect nobody in #acme hears "one more thing"
ben in T-1 with the customer: one more thing
expect refused "§3.2.6a"
ben in T-1: !note the same cause as last month
expect nobody in #acme hears "last month"
ben in T-1: and the month before
expect bea hears nothing like "closed"
expect T-1 is CLOSED

ana in T-1: !take
expect refused "§3.2.6a"
ana in T-1: !assign bea
expect refused "§3.2.6a"
ana in T-1: !severity S1
expect refused "§3.2.6a"
ana in T-1: !need help
expect refused "§3.2.6a"
ana in T-1: !start
expect refused "§3.2.6a"
ana in T-1: !resolve information found it
expect refused "§3.2.6a"
ana in T-1: !remind
expect refused "§3.2.6a"
ana in T-1: !accept
expect refused "§3.2.6a"
ana in T-1: !refuse
expect refused "§3.2.6a"
ana in T-1: !close
expect refused "§3.2.6a"
ana in T-1: !reply hello
expect refused "§3.2.6a"
ana in T-1: !note hello
expect refused "§3.2.6a"
ana in T-1: hello
expect refused "§3.2.6a"
expect ana hears "!open"
expect T-1 is CLOSED
