"""Pages for readers: the public site, made from the schema `published` alone, and in `agencies` what goes back to senders."""
