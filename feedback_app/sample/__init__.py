"""Sample data, labelled as such everywhere: its source is always `sample`."""

from feedback_app.sample.load import NOTE, load, mint

__all__ = ["NOTE", "load", "mint"]
