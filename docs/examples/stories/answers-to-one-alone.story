# Who asks is answered alone, where the platform can show something to one person: a terminal can, Matrix cannot.

ana in #acme: !open S2 The portal is very slow
ana in T-1: !show
expect ana hears "Status: NEW"
expect aldo hears nothing like "Status: NEW"
expect ben hears nothing like "Status: NEW"
aldo in #acme: !take T-1
expect refused "§3.2.2"
expect nobody in #desk hears "§3.2.2"
expect ana hears nothing like "§3.2.2"
