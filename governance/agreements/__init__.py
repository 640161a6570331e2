"""Data-sharing agreements: what may be taken in, published and given to research, and until when."""
