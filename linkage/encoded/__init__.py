"""Linking records that an agency sends as keyed encodings in place of identifiers, and encoding them."""
