# What is not possible while a case is OPEN, for either side.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take

ben in T-1: !take
expect refused "§3.2.2"
ben in T-1: !remind
expect refused "§3.2.3c"
ben in T-1: !accept
expect refused "§3.2.5b"
ben in T-1: !refuse
expect refused "§3.2.5a"
expect T-1 is OPEN, assigned to ben

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
expect refused "§3.2.5b"
ana in T-1: !refuse
expect refused "§3.2.5a"
ana in T-1: !close
expect refused "§3.2.5b"
expect ana hears "tell us here in plain words"
ana in T-1: !reply hello
expect refused "§3.2"
ana in T-1: !note hello
expect refused "§3.2"
expect T-1 is OPEN, S3, assigned to ben
