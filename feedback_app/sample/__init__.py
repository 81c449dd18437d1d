"""Sample data. Its source is always `sample`, and it is labelled as such everywhere."""

from feedback_app.sample.load import NOTE, load, mint
