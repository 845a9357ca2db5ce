# What is not possible while a case is RESOLVED, for either side.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !resolve information look it up

ben in T-1: !take
expect refused "§3.2.2"
ben in T-1: !need the logs
expect refused "§3.2.5a"
expect nobody in #acme hears "the logs"
ben in T-1: !start
expect refused "§3.2.5a"
ben in T-1: !resolve information look it up again
expect refused "§3.2.5a"
expect nobody in #acme hears "again"
ben in T-1: !severity S1
expect refused "§3.2.2a"
ben in T-1: !accept
expect refused "§3.2.5b"
ben in T-1: !refuse
expect refused "§3.2.5a"
ben in T-1: !close works as designed
expect refused "§3.2.5d"
expect T-1 is RESOLVED, assigned to ben

ana in T-1: !take
expect refused "up to our agents"
ana in T-1: !assign bea
expect refused "up to our agents"
ana in T-1: !severity S1
expect refused "§3.1.5"
ana in T-1: !need help
expect refused "up to our agents"
ana in T-1: !start
expect refused "up to our agents"
ana in T-1: !resolve information found it
expect refused "up to our agents"
ana in T-1: !remind
expect refused "up to our agents"
ana in T-1: !reply hello
expect refused "§3.2"
ana in T-1: !note hello
expect refused "§3.2"
expect T-1 is RESOLVED, S3, assigned to ben
