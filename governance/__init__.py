"""What may leave the warehouse: disclosure control and releases; no files and no pages are made here."""
