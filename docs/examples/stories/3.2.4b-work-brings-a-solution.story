# §3.2.4b, with every kind of solution of §1.2, §3.2.5e and §3.3.

ana in #acme: !open S2 The index is corrupt
ben in T-1: !take
ben in T-1: !start
ben in T-1: !resolve workaround
expect refused "§3.2.4b"
expect T-1 is IN PROGRESS
ben in T-1: !resolve workaround delete the index folder and restart
expect T-1 is RESOLVED
expect T-1 history has §3.2.4b
expect ana hears "workaround"
expect ana hears "delete the index folder and restart"

# The customer is not content, and the next solution is a fix.
ana in T-1: !refuse it is corrupt again
ben in T-1: !start
ben in T-1: !resolve fix version 7.1.4, instructions in its notes
expect T-1 is RESOLVED
expect ana hears "version 7.1.4"

ana in T-1: !refuse
ben in T-1: !resolve fix planned it will be in 7.2
expect ana hears "fix planned"

ana in T-1: !refuse
ben in T-1: !resolve information see the page on indexing
expect ana hears "information"

ana in T-1: !refuse
ben in T-1: !resolve works as designed an index is rebuilt by night
expect ana hears "works as designed"

ana in T-1: !refuse
ben in T-1: !resolve misuse the folder must not be on a network drive
expect ana hears "misuse"

ana in T-1: !refuse
ben in T-1: !resolve other product the antivirus locks the files
expect ana hears "other product"
expect T-1 is RESOLVED
