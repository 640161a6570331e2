"""Files in, raw rows out: layouts, loading, the archive of deliveries, the synthetic state."""
