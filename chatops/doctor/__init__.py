"""What is wrong with a desk's installation, and what to do about it; nothing here changes anything."""
