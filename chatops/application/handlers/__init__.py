"""One function per command, a file per subject."""
