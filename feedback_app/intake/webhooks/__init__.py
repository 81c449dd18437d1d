"""Webhooks: closed cases from case systems, one preset per system."""
