"""The `chatops` command."""

from chatops.cli import main

if __name__ == "__main__":
    main()
