"""The two questions: pages, forms, the protocol, and opting out."""
