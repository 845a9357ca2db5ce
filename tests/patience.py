"""How long tests wait."""

PATIENCE_S = 90.0
"""
For anything at all, before a test gives up. What it waits for takes seconds on a quiet machine, and only a test that
fails waits to the end. Shorter than pytest's own limit, so that a test ends with what it saw instead.
"""
