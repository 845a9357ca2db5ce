"""The desk on Slack."""
