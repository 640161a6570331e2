"""The tables that the migrations make, as SQLAlchemy models; a test compares both.

Tables of the raw schema (made from layouts) and of dbt's schemas do not belong here.
"""
