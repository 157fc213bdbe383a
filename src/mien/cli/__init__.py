"""The command line: one module a command, each importing its room when it runs."""
