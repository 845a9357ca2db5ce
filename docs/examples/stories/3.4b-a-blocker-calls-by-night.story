# A blocker of a premium customer on Sunday at three in the morning: whoever may take it is called when its time runs
# out, and the managers when it is over, by day and by night. rules/policies/notices.yaml says so.
clock: 2026-06-07T03:00Z

ana in #acme: !open S1 Production is down
expect ben hears "Production is down"

# Nobody takes it for a quarter of an hour: that is told at once, to the first line and to the managers.
+ 15 min
expect #desk hears "T-1: nobody has taken it since"
expect #managers hears "T-1: nobody has taken it since"
expect nobody in #acme hears "taken"

ben in T-1: !take
+ 30 min
expect #desk hears "First answer is due by"
expect #managers hears nothing like "T-1"

+ 15 min
expect T-1 response breached
expect #desk hears "First answer is overdue"
expect clo hears "First answer is overdue"
expect clo hears "Production is down"

# An answer ends it: nothing more is told, by night or in the morning.
ben in T-1: !reply We are on it
at 2026-06-07T04:30Z
expect nobody hears "is overdue"
