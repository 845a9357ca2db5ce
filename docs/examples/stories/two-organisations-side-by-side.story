# The audience firewall: nothing of one customer reaches another, and nothing internal reaches any.

ana in #acme: !open S2 Our merger data is unreadable
gus in #globex: !open S2 Notre site est en panne
expect nobody in #acme hears "en panne"
expect T-1 is NEW
expect T-2 is NEW
expect #desk hears "en panne"

# What one asks about the other's is not there, in the same words as for what does not exist.
gus in #globex: !voir T-1
expect refused "Je ne trouve pas ce ticket ici"
expect gus hears nothing like "merger"
gus in #globex: !voir T-99
expect refused "Je ne trouve pas ce ticket ici"
gus in #globex: !historique T-1
expect refused "Je ne trouve pas ce ticket ici"
gus in #globex: !pourquoi T-1
expect refused "Je ne trouve pas ce ticket ici"
gus in #globex: !accepter T-1
expect refused "Je ne trouve pas ce ticket ici"
gus in #globex: !lister tous
expect gus hears "T-2"
expect gus hears nothing like "T-1"
expect gus hears nothing like "merger"

# Nor does a room of one customer show the other's, whoever asks.
ben in #globex: !show T-1
expect refused "I find no such ticket here"
ben in #globex: !list
expect ben hears nothing like "merger"
ben in #desk: !list
expect ben hears "merger"
expect ben hears "en panne"
expect nobody in #globex hears "merger"

# What the desk says among itself stays there.
ben in T-1: !take
ben in T-1: their import is home-made
expect nobody in #acme hears "home-made"
bea in T-1: !note it always was
expect ana hears nothing like "it always was"
expect ben hears "it always was"
ben in T-1: !reply We are looking at the import
expect ana hears "We are looking at the import"
expect gus hears nothing like "import"
ben in T-1 with the customer: and it will take an hour
expect ana hears "it will take an hour"
expect bea hears "it will take an hour"

# What is asked in the customer's thread is answered to the one who asks, without the desk's words.
ben in T-1 with the customer: !history
expect ben hears nothing like "home-made"
expect nobody in #acme hears "home-made"
ana in T-1: !history
expect ana hears "§3.2.1"
expect ana hears nothing like "home-made"
expect ana hears nothing like "always was"
ben in T-1: !history
expect ben hears "home-made"

# A colleague of the customer reads along in their room.
aldo in T-1: thank you both
expect ana hears "thank you both"
expect ben hears "thank you both"
expect gus hears nothing like "thank you both"
