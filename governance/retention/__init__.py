"""How long deliveries are kept, what is due, their destruction everywhere, and the certificate of it."""
