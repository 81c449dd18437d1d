"""The leads' pages: the weekly review, behind a sign-in. `routes` finds the modules with views."""
