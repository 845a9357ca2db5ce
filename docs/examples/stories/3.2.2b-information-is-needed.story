# §3.2.2b: more information is needed, the agent says which, and work stops until it comes.

gus in #globex: !ouvrir S2 Le portail est très lent
ben in T-1: !take
ben in T-1: !need the logs of the period
expect T-1 is SUSPENDED, assigned to ben
expect T-1 history has §3.2.2b
expect gus hears "the logs of the period"
expect gus hears "SUSPENDU"

# Nobody is left guessing what to send.
gus in #globex: !ouvrir S2 Un second problème
ben in T-2: !take
ben in T-2: !need
expect refused "§3.2.2b"
expect ben hears "Say what is missing"
expect T-2 is OPEN

# Whatever the customer writes gives us the ball; statuses are set by agents.
gus in T-1: voici les journaux [file: portail.log]
expect T-1 is SUSPENDED
expect ben hears "voici les journaux"
expect ben hears "portail.log"
expect #desk hears "the customer has answered"
