# §3.2.2c: the agent knows the answer at once.

ana in #acme: !open S4 How do we export a space?
ben in T-1: !take
ben in T-1: !resolve information use Administration, then Export
  The documentation has pictures.
expect T-1 is RESOLVED, assigned to ben
expect T-1 history has §3.2.2c
expect ana hears "use Administration, then Export"
expect ana hears "The documentation has pictures."
expect ana hears "Accept"
expect ana hears "Not solved"

# A solution is of a kind, and written down.
aldo in #acme: !open S3 The search finds nothing
ben in T-2: !take
ben in T-2: !resolve
expect refused "§3.2.2c"
ben in T-2: !resolve workaround
expect refused "§3.2.2c"
ben in T-2: !resolve just restart it
expect refused "§3.2.2c"
expect ben hears "Say which kind of solution"
expect T-2 is OPEN
expect nobody in #acme hears "just restart it"
