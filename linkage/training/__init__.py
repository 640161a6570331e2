"""Estimating a model's weights from records. The model itself, its file and its gate are in `models`."""
