"""The asset graph, one module per stage. Wiring only."""
