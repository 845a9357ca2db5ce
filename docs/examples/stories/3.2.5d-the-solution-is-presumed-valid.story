# §3.2.5d: after three reminders the agent may presume the solution valid.

ana in #acme: !open S3 The search finds nothing
ben in T-1: !take
ben in T-1: !resolve workaround rebuild the index
ben in T-1: !close solution presumed
expect refused "§3.2.5d"
ben in T-1: !remind
ben in T-1: !remind
ben in T-1: !close solution presumed
expect refused "§3.2.5d"
ben in T-1: !remind
ben in T-1: !close
expect refused "§3.2.5d"
expect T-1 is RESOLVED
ben in T-1: !close solution presumed
expect T-1 is CLOSED
expect T-1 history has §3.2.5d
expect ana hears "solution presumed valid"
