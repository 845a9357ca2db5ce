"""Events → messages without a platform, for one audience in one language; pure."""
