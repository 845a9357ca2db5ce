# §3.2.2: as soon as somebody is free the case has an agent and is OPEN.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
expect T-1 is OPEN, assigned to ben
expect T-1 history has §3.2.2
expect ana hears "Ben Barker (support) is now handling T-1"
expect #desk hears "Ben Barker took T-1"

# It is his already; a colleague's case is taken over knowingly.
ben in T-1: !take
expect refused "§3.2.2"
expect ben hears "yours already"
bea in T-1: !prendre
expect refused "§3.2.2"
expect bea hears "Ben Barker"
bea in T-1: !assigner moi
expect T-1 is OPEN, assigned to bea

# An agent gives it to a colleague, and it keeps its status.
bea in T-1: !assign luc
expect T-1 is OPEN, assigned to luc
expect luc hears "T-1"
ben in T-1: !assign
expect refused "§3.2.2"
ben in T-1: !assign ana
expect refused "not an agent"
ben in T-1: !assign zoe
expect refused "zoe"
expect T-1 is OPEN, assigned to luc

# A new case is given to somebody straight away as well.
ana in #acme: !open S3 The calendar is empty
clo in T-2: !assign ben
expect T-2 is OPEN, assigned to ben
expect T-2 history has §3.2.2

# A manager may do all that an agent may.
ana in #acme: !open S3 The clock is wrong
clo in T-3: !take
expect T-3 is OPEN, assigned to clo
