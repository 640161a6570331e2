"""The schema version that this code expects, known without loading the migration tool.

Change it together with a new migration; a test holds both together.
"""

HEAD = "0033"
