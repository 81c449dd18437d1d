"""What customers are told, said once: support.toml, and the typed objects made of it.

Read in this order:

    support.toml   every value a customer can read, in every language
    text           one wording in every language; FactsError
    checks         what a value must be beyond its type
    cases, terms   the tables of support.toml as frozen types
    facts          Facts, the whole of it: load_facts() and value()
    reading        TOML -> typed objects, every fault named with key and mend

To add a fact, add a field to its type and a line to support.toml.
"""
