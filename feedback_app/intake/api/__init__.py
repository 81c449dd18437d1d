"""The HTTP API for closed cases."""
