"""The worker and its timed jobs."""
