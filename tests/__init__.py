"""Tests. As a package, they are found before the `tests` that textstat installs."""
