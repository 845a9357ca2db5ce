# What people change and take back: its copies follow, nothing else does. An edit never runs a command.

ana in #acme: !open S2 The portal is very slow
ben in T-1: !take
ana in T-1: node 2 is the slow one
expect ben hears "node 2 is the slow one"
ana edits: node 3 is the slow one
expect ben hears "node 3 is the slow one"
expect ben sees nothing like "node 2"
expect T-1 history has §3.2
ana deletes
expect ben sees nothing like "node 3"
expect bea sees nothing like "the slow one"

# What the desk says to the customer is corrected and taken back over there.
ben in T-1: !reply We are looking at node 3
expect ana hears "looking at node 3"
ben edits: !reply We are looking at node 2
expect ana sees "looking at node 2"
expect ana sees nothing like "looking at node 3"
ben deletes
expect ana sees nothing like "We are looking at"

# A command that was run stays run, and no edit runs another.
ben in T-1: !need the logs of the period
expect T-1 is SUSPENDED
ben edits: !close out of scope
expect refused "An edited command is not run again"
expect T-1 is SUSPENDED
ben deletes
expect T-1 is SUSPENDED
ana in T-1: I shall look for them
ana edits: !open S1 everything is down
expect refused "An edited command is not run again"
expect #desk hears nothing like "T-2"

# A note does not leave the desk by an edit.
ben in T-1: between us, it is their own plug-in
ben edits: !reply it is your own plug-in
expect refused "a note is not sent by an edit"
ben edits: between us, it is their own theme
expect nobody in #acme hears "their own"
expect ana sees nothing like "own theme"
