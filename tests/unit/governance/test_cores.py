import pytest

from governance.cores import each


@pytest.mark.parametrize("spread", [False, True])
def test_results_come_in_the_order_of_the_things(spread: bool) -> None:
    assert list(each(abs, range(-20, 0), spread=spread)) == list(range(20, 0, -1))


def test_a_failure_in_another_process_is_told() -> None:
    with pytest.raises(TypeError):
        list(each(abs, ["a", "b"], spread=True))
