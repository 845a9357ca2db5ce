"""Orchestration: what people ask becomes commands, decisions, history and owed messages."""
