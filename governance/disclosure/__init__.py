"""Disclosure control over aggregated cells: pure functions, without a database."""
