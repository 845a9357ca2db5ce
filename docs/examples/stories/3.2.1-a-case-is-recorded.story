# §3.2.1: anyone entitled opens a case, and it is NEW.

ana in #acme: !ticket open S2 The portal is very slow
  It began on Monday after the update.

  Every page takes ten seconds.
expect T-1 is NEW, S2, unassigned
expect T-1 history has §3.2.1
expect #acme hears "T-1 · The portal is very slow"
expect ana hears "every page takes ten seconds"
expect #desk hears "The portal is very slow"
expect ben hears "Ana Ashford"

# Without a severity it is Minor until an agent qualifies it; a mention of the desk marks a command just as well.
aldo in #acme: @desk open How do we export a space?
expect T-2 is NEW, S3

# Severities have names, in both languages.
gus in #globex: !ouvrir bloquant : la production est arrêtée
expect T-3 is NEW, S1
expect gus hears "NOUVEAU"
expect gus hears "la production est arrêtée"

# What is not marked is speech, and opens nothing.
ivy in #initech: open S1 the pod bay doors
expect #desk hears nothing like "pod bay"

# A case says what is wrong.
ana in #acme: !open
expect refused "§3.2.1"
expect ana hears "Say in a few words what is wrong"
