"""The survey: pages, forms, protocol, what a low answer causes, and opting out."""
