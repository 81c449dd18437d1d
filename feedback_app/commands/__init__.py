"""The subcommands of `feedback`, one file per subject. They parse arguments and print results."""
