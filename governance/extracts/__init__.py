"""Research extracts as code: a request in YAML in, de-identified rows out, destroyed when their time is over."""
