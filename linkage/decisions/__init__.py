"""What people decided about pairs of records: the log and its files. Asking them is `review`'s business."""
