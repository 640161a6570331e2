"""From records to persons inside one DuckDB: comparable nodes, candidate pairs, scores, clusters, open questions.

No module here knows a warehouse, a file or a run.
"""
