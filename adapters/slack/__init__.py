"""The desk on Slack, over HTTP or Socket Mode."""
