# §3.1.5: the customer proposes a severity, guided by questions if they like; the vendor qualifies; they may contest once.

clock: 2026-06-01T08:00Z

ana in #acme: !open The portal is very slow
expect T-1 is NEW, S3
expect ana hears "We do not know enough yet, so we begin with S3"
expect ana hears "`!severity` asks you a few questions"
ben in T-1: !take

# The questions, one by one: by number, by word, or not known.
ana in T-1: !severity
expect ana hears "What is your report about?"
expect ana hears "2 · A question"
ana in T-1: 1
expect ana hears "production system"
ana in T-1: yes
ana in T-1: All of it; it is down
expect ana hears "Does your business stand still"
ana in T-1: ?
ana in T-1: 1
ana in T-1: no
ana in T-1: no
expect ben hears "By what Ana Ashford (Acme Industries) answered it is S1 Blocker"
expect ben hears "no workaround is known. That is S1. (§3.1.4)"
expect T-1 is OPEN, S3

# It was a proposal; the agent follows it in one tap.
ben presses "Change to S1" in T-1
expect T-1 is OPEN, S1
expect T-1 history has §3.1.4
expect ana hears "First answer: due by Mon 1 Jun 2026, 10:00 (London)."
expect ana hears "§3.2.2a"

# Or in their own words, and why.
aldo in T-1: !severity S2 the second node answers again
expect ben hears "Aldo Archer (Acme Industries) contests the severity: S2 Major instead of S1 Blocker."
expect ben hears "the second node answers again"
expect T-1 is OPEN, S1

# Once for each change.
ana in T-1: !severity S3 it is fine now
expect refused "§3.1.5"
expect ana hears "You have contested this severity once already"
ben in T-1: !severity S3 one node is enough for all of you
expect T-1 is OPEN, S3
ana in T-1: !severity S2 it is not, at noon
expect ben hears "contests the severity"

# Whoever writes something else while a question stands is heard.
ben in T-1: !severity S2 at noon it is not
ana in T-1: !severity
expect ana hears "What is your report about?"
ana in T-1: sorry, what is a severity at all
expect ben hears "what is a severity at all"
ana in T-1: !severity
ana in T-1: cancel
ana in T-1: 1
expect ben hears "1"
expect T-1 is OPEN, S2
