# A sign under a message of the desk does what the button with that sign does; any other sign is between people.

gus in #globex: !open S2 Le portail est lent
gus reacts 👀 in T-1
expect T-1 is NEW, unassigned
ben reacts 🎉 in T-1
expect T-1 is NEW, unassigned
ben reacts 👀 in T-1
expect T-1 is OPEN, assigned to ben
expect gus hears "Ben Barker"
bea reacts 👀 in T-1
expect T-1 is OPEN, assigned to ben

ben reacts 🔧 in T-1
expect T-1 is IN PROGRESS
ben in T-1: !resolve workaround restart the node, steps attached
expect T-1 is RESOLVED
bea reacts ✅ in T-1 with the customer
expect refused "§3.2"
expect T-1 is RESOLVED
gus reacts ❌ in T-1
expect T-1 is OPEN
expect T-1 history has §3.2.5a

ben in T-1: !resolve fix version 7.1.4
gus reacts 👍 in T-1
expect T-1 is RESOLVED
ben reacts 🔔 in T-1
expect gus hears "Relance 1 sur 3"
gus reacts ✅ in T-1
expect T-1 is CLOSED
expect T-1 history has §3.2.5b
