# Cases that are not urgent call nobody one by one: each agent and each manager finds them in one message, at nine or at
# two where they live, on working days.
clock: 2026-06-03T17:00Z

gus in #globex: !open S3 La recherche ne trouve rien
ivy in #initech: !open S3 Printing is slow
ivy in #initech: !open S4 How do I export
ben in T-1: !take
ben in T-2: !take
ben in T-3: !take

# Their time runs out on Friday evening, after the last digest of the week; the desk hears nothing by itself.
at 2026-06-05T17:30Z
expect #desk hears nothing like "First answer is due by"
expect T-1 response breached

# Nobody is written to on Saturday and Sunday.
at 2026-06-08T07:59Z
expect ben hears nothing like "want something from you"

# Monday at nine in London: what Ben had not answered, in one message. T-2 has an answer, and is not in it.
ben in T-2: !reply We look into it
at 2026-06-08T08:00Z
expect ben hears "2 tickets want something from you"
expect ben hears "S3 · La recherche ne trouve rien: First answer overdue since Fri 5 Jun 2026, 18:00 (London)"
expect ben hears nothing like "Printing is slow"
expect clo hears "1 ticket wants something from you"
expect nobody in #globex hears "overdue since"
