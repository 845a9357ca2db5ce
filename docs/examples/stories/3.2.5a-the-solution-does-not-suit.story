# §3.2.5a: the customer refuses the solution and the case is OPEN again.

ana in #acme: !open S2 The portal is very slow
ben in T-1: !take
ben in T-1: !resolve workaround restart the node
ana in T-1: !refuse it is slow again after an hour
expect T-1 is OPEN, assigned to ben
expect T-1 history has §3.2.5a
expect ben hears "it is slow again after an hour"

# The button says the same, and so does the other word.
ben in T-1: !resolve workaround restart it every hour
ana presses "Not solved" in T-1
expect T-1 is OPEN
ben in T-1: !resolve workaround restart it every minute
ana in T-1: !reopen
expect T-1 is OPEN

# A mere message refuses nothing: it is passed on, and the two buttons come again.
ben in T-1: !resolve fix version 7.1.4
ana in T-1: I will try tomorrow
expect T-1 is RESOLVED
expect ben hears "I will try tomorrow"
expect ana hears "Accept"
expect ana hears "Not solved"

# Not the agent.
ben in T-1: !refuse
expect refused "§3.2.5a"
expect ben hears "the customer’s right alone"
expect T-1 is RESOLVED
