"""Codes of high school that the synthetic state uses, as positions in tuples of CEDS codes.

Belongs here: which codes occur and which treatment they get. Must not come here: local codes of submitters.
"""

EXITS = (
    "01907", "01908", "01909", "01911", "01916", "01917", "01918", "01921", "01922", "01923", "01925", "01926",
    "01927", "01928", "01930", "01931", "03505", "03509",
)  # fmt: skip
ENTRIES = ("01838", "01839", "01821", "01822", "01823", "01824", "01835", "01836")
DIPLOMAS = ("00806", "00807", "00809", "00810", "00814", "00815", "00816")
REGULAR_DIPLOMAS = ("00806", "00807", "00809")
# Exits that take a learner out of the cohort when written confirmation is on file, with their shares.
TRANSFERS_OUT = {"01909": 0.56, "01911": 0.14, "01918": 0.12, "01916": 0.12, "01917": 0.06}
DEATH = "01923"
TRANSFERS_WITHIN = ("01907", "01908")
STILL_ENROLLED = "01930"
GRADES = ("09", "10", "11", "12")
EXIT = {code: place for place, code in enumerate(EXITS)}
ENTRY = {code: place for place, code in enumerate(ENTRIES)}
DIPLOMA = {code: place for place, code in enumerate(DIPLOMAS)}
NOT_DOCUMENTED, DOCUMENTED, NOT_ASKED = 0, 1, -1
