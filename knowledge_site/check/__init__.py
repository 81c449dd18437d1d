"""Checks of the pages before the build."""
