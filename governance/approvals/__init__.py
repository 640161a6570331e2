"""Changes of layouts, rules and parameters: they take effect when the agencies that they touch have approved them."""
