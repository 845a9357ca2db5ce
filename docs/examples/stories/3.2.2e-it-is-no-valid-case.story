# §3.2.2e: what is not a valid case is closed with a reason.

ana in #acme: !open S3 The search finds nothing
aldo in #acme: !open S3 Nothing is found by the search
ben in T-2: !take
ben in T-2: !close
expect refused "§3.2.2e"
expect T-2 is OPEN
ben in T-2: !close duplicate of T-1
expect T-2 is CLOSED
expect T-2 history has §3.2.2e
expect aldo hears "duplicate"
expect aldo hears "of T-1"

gus in #globex: !ouvrir S4 Azerty uiop qsdf
bea in T-3: !prendre
bea in T-3: !fermer inintelligible
expect T-3 is CLOSED
expect gus hears "FERMÉ"
expect gus hears "inintelligible"

ivy in #initech: !open S4 Please design our network
ben in T-4: !take
ben in T-4: !close out of scope, §2.1c
expect T-4 is CLOSED
expect ivy hears "out of scope"

# « etc. »: a reason in the agent's own words is a reason as well.
ivy in #initech: !open S4 Just testing
ben in T-5: !take
ben in T-5: !close Ivy was trying the desk out
expect T-5 is CLOSED
expect ivy hears "trying the desk out"
