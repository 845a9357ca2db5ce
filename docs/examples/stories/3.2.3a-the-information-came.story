# §3.2.3a: the information came and work goes on.

ana in #acme: !open S2 The portal is very slow
ben in T-1: !take
ben in T-1: !need the logs of the period
ana in T-1: here they are [file: app.log]
expect T-1 is SUSPENDED
ben in T-1: !start
expect T-1 is IN PROGRESS, assigned to ben
expect T-1 history has §3.2.3a
expect ana hears "working on T-1"
