"""The desk in a terminal, and the story runner; the adapter to read first."""
