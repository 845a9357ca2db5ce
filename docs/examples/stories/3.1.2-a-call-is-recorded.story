# §3.1.2: a customer calls, and an agent records the case on their behalf.

ben in #desk: !open for ana S2 The portal is down since this morning
  Called at 9:10; she is on the road and reads along in chat.
expect T-1 is NEW, S2
expect T-1 history has §3.2.1
expect #acme hears "The portal is down since this morning"
expect ana hears "Ana Ashford"
expect #desk hears "The portal is down"
expect nobody in #globex hears "portal"

# It is her case: she may answer, and accept the solution.
ben in T-1: !take
ben in T-1: !need the time of the first error
ana in T-1: it was 8:52
expect ben hears "8:52"
ben in T-1: !resolve information the storage was full; it has been extended
ana presses "Accept" in T-1
expect T-1 is CLOSED

# A case is somebody's.
ben in #desk: !open S2 The portal is down
expect refused "whose case is it"

# Somebody must be a contact to have a case.
ben in #desk: !open for luc S2 The portal is down
expect refused "whose case is it"

# In a customer's room, only that customer's.
ben in #globex: !open for ana S2 The portal is down
expect refused "no contact of this room"
expect nobody in #acme hears "portal"

# A contact opens cases in their own name: the words are part of the report.
gus in #globex: !open for ana S4 how do we share a space
expect T-2 is NEW
expect nobody in #acme hears "share a space"
