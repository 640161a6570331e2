"""What the evidence weighs: comparisons and their levels, blocking rules, name frequencies, the shipped model.

Scoring pairs is `matching`'s business, estimating weights `training`'s.
"""
