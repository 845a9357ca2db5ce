# What is not possible while a case is SUSPENDED, for either side.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !need the logs

ben in T-1: !take
expect refused "§3.2.2"
ben in T-1: !need the version as well
expect refused "§3.2.3"
expect ben hears "!reply"
expect nobody in #acme hears "the version"
ben in T-1: !close duplicate
expect refused "§3.2.3d"
ben in T-1: !accept
expect refused "§3.2.5b"
ben in T-1: !refuse
expect refused "§3.2.5a"
expect T-1 is SUSPENDED, assigned to ben

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
ana in T-1: !accept
expect refused "§3.2.3"
expect ana hears "No solution has been proposed yet"
ana in T-1: !refuse
expect refused "§3.2.3"
ana in T-1: !close
expect refused "§3.2.5b"
ana in T-1: !reply hello
expect refused "§3.2"
ana in T-1: !note hello
expect refused "§3.2"
expect T-1 is SUSPENDED, S3, assigned to ben
