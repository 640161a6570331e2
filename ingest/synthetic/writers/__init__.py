"""One module per agency: lives in, that agency's files out."""
