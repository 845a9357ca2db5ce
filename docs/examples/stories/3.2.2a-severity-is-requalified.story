# §3.2.2a and §3.1.5: the customer proposes a severity, the vendor qualifies it.

ana in #acme: !open S1 One page of the help is missing
ben in T-1: !severity S2 because the portal still answers
expect T-1 is NEW, S2
expect T-1 history has §3.1.5
ben in T-1: !take
ben in T-1: !severity minor one page only
expect T-1 is OPEN, S3
expect T-1 history has §3.2.2a
expect ana hears "S3 Minor"
expect ana hears "one page only"

# It needs to be named.
ben in T-1: !severity
expect refused "§3.2.2a"
ben in T-1: !severity huge
expect refused "S1, S2, S3 or S4"

# The customer says which one, and why: it is a proposal, and changes nothing.
ana in T-1: !severity S1
expect refused "§3.1.5"
expect ana hears "The final qualification of the severity is ours"
expect T-1 is OPEN, S3

# While the customer owes an answer, and during the work.
ben in T-1: !need which page it is
ben in T-1: !severity S4
expect T-1 is SUSPENDED, S4
ben in T-1: !start
ben in T-1: !sévérité S2
expect T-1 is IN PROGRESS, S2

# No more once a solution is proposed.
ben in T-1: !resolve fix the page is back
ben in T-1: !severity S4
expect refused "§3.2.2a"
expect T-1 is RESOLVED, S2
