# Administrators look after the set-up of the desk, not after cases.

ana in #acme: !open S3 The search finds nothing
root in T-1: !take
expect refused "§3.2"
expect root hears "Administrators look after the set-up"
root in T-1: !note hello
expect refused "§3.2"
root in T-1: !close duplicate
expect refused "§3.2"
root in #desk: !open for ana S3 a second one
expect refused "§3.2"
expect T-1 is NEW, unassigned
