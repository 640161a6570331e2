"""The pages that go back to those who send: counts, lines and sentences, never a delivered value.

They are made from `control` and `quality` and are for one submitter each; the public site never sees them.
"""
