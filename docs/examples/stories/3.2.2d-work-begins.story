# §3.2.2d: there is enough information but no solution at hand; Level 2 works on it.

ana in #acme: !open S2 The index is corrupt
ben in T-1: !take
ben in T-1: !start
expect T-1 is IN PROGRESS, assigned to ben
expect T-1 history has §3.2.2d
expect ana hears "working on T-1"
ben in T-1: !assign luc
expect T-1 is IN PROGRESS, assigned to luc
expect luc hears "T-1"
