"""The attacker: a reader of everything published who tries to work out what is hidden, and decides whether it may go out.

Shares no code with the suppressor in `governance.disclosure`, not even how a number is written.
"""
