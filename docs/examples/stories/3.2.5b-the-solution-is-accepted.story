# §3.2.5b: the customer accepts the solution and the case is CLOSED, by command, by button, by closing it.

ana in #acme: !open S4 How do we export a space?
ben in T-1: !take
ben in T-1: !resolve information use Administration, then Export
ana in T-1: !accept
expect T-1 is CLOSED
expect T-1 history has §3.2.5b
expect ana hears "solution accepted"
expect ben hears "solution accepted"

gus in #globex: !ouvrir S4 Comment exporter un espace ?
ben in T-2: !take
ben in T-2: !resolve information use Administration, then Export
gus presses "Accepter" in T-2
expect T-2 is CLOSED
expect gus hears "solution acceptée"
expect gus hears "FERMÉ"

ivy in #initech: !open S4 How do we import a space?
ben in T-3: !take
ben in T-3: !resolve information use Administration, then Import
ivy in T-3: !close
expect T-3 is CLOSED
expect T-3 history has §3.2.5b

# Words that are no command accept nothing.
ivy in #initech: !open S4 How do we rename a space?
ben in T-4: !take
ben in T-4: !resolve information in its settings
ivy in T-4: accept my apologies, I had not seen it
expect T-4 is RESOLVED

# Not the agent.
ben in T-4: !accept
expect refused "§3.2.5b"
expect T-4 is RESOLVED
