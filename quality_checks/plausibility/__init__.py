"""Is what came out plausible? Rules about a linkage run before it goes live, and about the numbers before a release."""
