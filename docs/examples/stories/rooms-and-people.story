# Administrators say in chat which room is whose; the desk says who somebody is. Nobody gets a role that way.

root in #initech: !unbind
expect #initech hears "not the customer room of Initech any more"
ivy in #initech: !open S2 The portal is slow
expect refused "not one of the desk's"
ben in #initech: !bind customer initech
expect refused "Ask an administrator"
root in #initech: !open for ivy S2 The portal is slow
expect refused "`!bind customer acme` makes it one"
root in #initech: !bind customer initch
expect refused "Did you mean initech?"
root in #initech: !bind customer initech
expect #initech hears "This is now the customer room of Initech"
expect ivy hears "opens a ticket"
ivy in #initech: !open S2 The portal is slow
expect T-1 is NEW, S2

# What a room has shown stays its readers' own.
root in #initech: !bind customer globex
expect refused "holds tickets that only Initech may read (T-1)"
root in #globex: !associer client acme
expect refused "is the customer room of Globex already. Type `!unbind` first"
root in #desk: !rooms
expect root hears "#globex · the customer room of Globex"
root in #acme: !rooms
expect root hears "#acme · the customer room of Acme Industries"
expect nobody in #acme hears "Globex"

# Who somebody is.
ana in #acme: !identify @zed:example.org aldo
expect refused "Only the desk's own people"
ben in #acme: !identify @zed:example.org gus
expect refused "I know nobody called “gus” here"
ben in #acme: !identify Zed aldo
expect refused "no full identity"
ben in #acme: !identify @zed:example.org aldo
expect ben hears "`@zed:example.org` is Aldo Archer (`aldo`) from now on"
ben in #desk: !rattacher @zed:example.org gus
expect refused "nobody can be two people"
ben in #desk: !identify @zed:examp1e.org gus
expect refused "looks like `@zed:example.org`"
clo in #desk: !identify @clo.clarke:example.org ben
expect refused "Only an administrator"
root in #managers: !identify @clo.clarke:example.org clo
expect root hears "is Clo Clarke (`clo`) from now on"
