"""The only SQL, a file per noun. Functions take a Transaction to write and a Database to ask."""
