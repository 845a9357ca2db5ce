"""The desk's ways in and out: one package per chat platform, none knowing another."""
