"""The desk on Matrix."""
