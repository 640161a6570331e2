"""How good a linkage is: against a truth column, and by the hidden-identifier test."""
