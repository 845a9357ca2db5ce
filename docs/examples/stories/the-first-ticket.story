# The example of the story language's description, as far as the desk can be judged today.
directory: ../acme.yaml
clock: 2026-06-05T16:00Z

gus in #globex: !ticket open S2 The portal is very slow
expect T-1 is NEW, S2
expect gus hears "T-1"
expect #desk hears "very slow"

ben in T-1: !take
ben in T-1: !need the logs of the period
expect T-1 is SUSPENDED, assigned to ben
expect T-1 history has §3.2.2b

+ 3h15m
at 2026-06-08T12:00Z
gus in T-1: here they are [file: app.log]
expect T-1 is SUSPENDED
expect ben hears "here they are"
expect ben hears "app.log"
gus in T-1: !accept
expect refused "§3.2"
ben in T-1: !start
ben in T-1: between us, this is their own plug-in
expect gus hears nothing like "plug-in"
expect nobody in #globex hears "plug-in"
ben in T-1: !resolve workaround restart the node, steps attached
gus presses "Accept" in T-1
expect T-1 is CLOSED
