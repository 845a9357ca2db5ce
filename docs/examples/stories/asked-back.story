# Who leaves something out is asked for it, and their next words there are the answer; there is a way out.

ana in #acme: !open S2 The portal is very slow
ben in T-1: !take
ben in T-1: !need
expect T-1 is OPEN
bea in T-1: the database, if you ask me
expect T-1 is OPEN
ben in T-1: the logs of the period
expect T-1 is SUSPENDED
expect ana hears "the logs of the period"

ben in T-1: !resolve workaround
expect T-1 is SUSPENDED
ben in T-1: cancel
ben in T-1: between us, we should ask Luc
expect nobody in #acme hears "Luc"
expect T-1 is SUSPENDED
