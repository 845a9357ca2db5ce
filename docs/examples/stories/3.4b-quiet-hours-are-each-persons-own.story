# Béatrice has quiet hours in the directory, from 19:00 to 08:30 in Paris; Ben has none. What runs out in the evening calls
# him at once, and waits for the end of hers. A blocker waits for nobody. rules/policies/notices.yaml says what waits.
clock: 2026-06-04T14:30Z

# Half past six in London is half past seven in Paris.
ana in #acme: !open S2 The portal is very slow
at 2026-06-04T17:29Z
expect #desk hears nothing like "First answer"
+ 1 min
expect #desk hears "First answer is due by"
+ 1 hour
expect #desk hears "First answer is overdue"
expect clo hears "First answer is overdue"

# In Paris people may be called from eight o'clock on; Béatrice, from half past eight.
at 2026-06-05T06:29Z
expect bea hears nothing like "attend quelque chose de vous"
+ 1 min
expect bea hears "1 ticket attend quelque chose de vous"
expect bea hears "S2 · The portal is very slow"

# What he answers in the evening is nothing that she has to read in the morning.
ben in T-1: !reply We look into it
at 2026-06-05T17:30Z
ana in #acme: !open S2 The search finds nothing
+ 3 hours
ben in T-2: !reply This one we know
at 2026-06-06T06:30Z
expect bea hears nothing like "The search finds nothing"

# At eight in the evening a blocker calls them both: nobody takes it, and it does not wait for the morning.
at 2026-06-06T18:00Z
ana in #acme: !open S1 Production is down
+ 15 min
expect #desk hears "T-3: nobody has taken it since"
ben in T-3: !take
ben in T-3: !reply We are on it
at 2026-06-07T06:30Z
expect bea hears nothing like "Production is down"
