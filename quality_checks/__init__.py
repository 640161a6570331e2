"""Rules about what agencies send, the gate that applies them, and what goes back to the sender."""
