# §3.2.6b: whatever is closed carries a reason, on every arrow into CLOSED.

ana in #acme: !open S3 One
ana in #acme: !open S3 Two
ana in #acme: !open S3 Three
ana in #acme: !open S3 Four

# From OPEN (§3.2.2e).
ben in T-1: !take
ben in T-1: !close
expect refused "§3.2.2e"
expect T-1 is OPEN
ben in T-1: !close works as designed
expect T-1 is CLOSED
expect ana hears "Reason: works as designed"

# From SUSPENDED (§3.2.3d).
ben in T-2: !take
ben in T-2: !need more
ben in T-2: !remind
ben in T-2: !remind
ben in T-2: !remind
ben in T-2: !close
expect refused "§3.2.3d"
expect T-2 is SUSPENDED
ben in T-2: !close no answer
expect ana hears "Reason: no answer"

# From RESOLVED by the agent (§3.2.5d).
ben in T-3: !take
ben in T-3: !resolve fix version 7.1.4
ben in T-3: !remind
ben in T-3: !remind
ben in T-3: !remind
ben in T-3: !close
expect refused "§3.2.5d"
expect T-3 is RESOLVED
ben in T-3: !close patch sent
expect ana hears "Reason: patch sent"

# From RESOLVED by the customer (§3.2.5b): accepting is the reason.
ben in T-4: !take
ben in T-4: !resolve fix version 7.1.4
ana in T-4: !close
expect ana hears "Reason: solution accepted"
expect T-4 is CLOSED
