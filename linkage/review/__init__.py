"""People in the loop: the queue of open questions, the evidence of a pair, the terminal and the local page."""
