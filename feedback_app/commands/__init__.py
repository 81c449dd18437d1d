"""The subcommands of `feedback`, a file per subject; thin: they read words and print results."""
