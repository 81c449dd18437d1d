"""All SQL, one module per kind of record. Functions write with a Transaction and read with a
Database; most reads accept either."""
