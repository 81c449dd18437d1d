"""What is wrong with a file."""


class CSVFileError(ValueError):
    """The file cannot be read as a table. The message says why and what to do."""
