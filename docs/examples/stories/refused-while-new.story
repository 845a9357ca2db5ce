# What is not possible while a case is NEW, for either side.

ana in #acme: !open S3 The search finds nothing

ben in T-1: !need the logs
expect refused "Support procedure, §3.2.2."
expect ben hears "!take"
expect nobody in #acme hears "the logs"
ben in T-1: !start
expect refused "Support procedure, §3.2.2."
ben in T-1: !resolve information look it up
expect refused "Support procedure, §3.2.2."
expect nobody in #acme hears "look it up"
ben in T-1: !close duplicate
expect refused "Support procedure, §3.2.2."
ben in T-1: !remind
expect refused "§3.2.3c"
ben in T-1: !accept
expect refused "§3.2.5b"
ben in T-1: !refuse
expect refused "§3.2.5a"
expect T-1 is NEW, unassigned

ana in T-1: !take
expect refused "up to our agents"
ana in T-1: !assign ben
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
ana in T-1: !reply hello
expect refused "Just write it here"
ana in T-1: !note hello
expect refused "Notes are the desk’s own"
expect T-1 is NEW, S3, unassigned
