"""Closed cases from CSV files."""
