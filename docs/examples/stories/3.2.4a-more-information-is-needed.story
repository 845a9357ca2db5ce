# §3.2.4a: in the middle of the work more information is needed.

ana in #acme: !open S2 The index is corrupt
ben in T-1: !take
ben in T-1: !start
ben in T-1: !need
expect refused "§3.2.4a"
expect T-1 is IN PROGRESS
ben in T-1: !need a thread dump
  taken while it hangs
expect T-1 is SUSPENDED
expect T-1 history has §3.2.4a
expect ana hears "a thread dump"
expect ana hears "taken while it hangs"
