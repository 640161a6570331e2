import pytest

from reports.linkage_figures import Bin, Share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Wilson's interval as published for these counts (Newcombe 1998, table I).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_are_wilsons(part: int, whole: int, low: float, high: float) -> None:
    interval = Share("", part, whole).interval
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=0.0002)


def test_nothing_is_said_of_nobody() -> None:
    assert (Share("", 0, 0).value, Share("", 0, 0).interval) == (None, None)


def test_estimates_follow_the_answers_of_their_range_only() -> None:
    judged = Bin(0.9, 0.99, judged_same=8, judged=10, links=200, waiting=50)
    assert (judged.estimated_false, judged.estimated_missed) == (pytest.approx(40), pytest.approx(40))
    assert Bin(0.9, 0.99, 0, 0, 200, 50).estimated_false is None
