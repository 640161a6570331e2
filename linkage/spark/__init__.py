"""The quadratic part of linkage, candidate pairs and their scores, on a Spark cluster; all else stays in DuckDB."""
