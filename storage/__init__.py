"""Every port that remembers, over SQLite and PostgreSQL."""
