"""Readers: one per file format, each turning a delivered file into bytes that COPY takes."""
