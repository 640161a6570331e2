"""Linkage in the warehouse: a run from records to a live crosswalk, the ids of persons, the way back.

What links is decided in `core`; nothing here asks or answers a person.
"""
