"""Names have the frequencies and spellings of life."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.names import CULTURES, name_book


def drawn_last(culture: str, count: int = 4000) -> list[str]:
    book = name_book()
    positions = book.draw_last(np.random.default_rng(2), np.full(count, CULTURES.index(culture)))
    return book.true.take(pa.array(positions)).to_pylist()


def test_usual_surnames_are_usual_and_most_are_rare() -> None:
    english = drawn_last("english")
    assert english.count("Smith") > 3 * english.count("Fischer")
    assert len(set(english)) > 1200


def test_a_surname_follows_its_culture() -> None:
    vietnamese, hispanic = drawn_last("vietnamese"), drawn_last("hispanic")
    assert vietnamese.count("Nguyễn") > 0.1 * len(vietnamese)
    assert "García" in hispanic and "Nguyễn" not in hispanic


def test_a_given_name_follows_sex() -> None:
    book = name_book()
    culture = np.zeros(4000, dtype=np.int32)
    men = set(book.draw_first(np.random.default_rng(1), culture, np.zeros(4000)))
    women = set(book.draw_first(np.random.default_rng(1), culture, np.ones(4000)))
    assert len(men & women) < 0.15 * len(men | women)


def test_plain_spelling_has_no_diacritics_and_keeps_every_name() -> None:
    book = name_book()
    assert all(name.isascii() and name.strip() for name in book.plain.to_pylist())
    assert any(not name.isascii() for name in book.true.to_pylist())


def test_western_spelling_fits_windows_1252_in_both_cases() -> None:
    western = name_book().western
    for names in (western, pc.utf8_upper(western), pc.utf8_lower(western)):
        "".join(names.to_pylist()).encode("cp1252")


def test_a_nickname_is_a_short_form_or_the_name_itself() -> None:
    book = name_book()
    william = book.true.to_pylist().index("William")
    found = book.nickname(np.random.default_rng(1), np.full(50, william))
    assert set(book.true.take(pa.array(found)).to_pylist()) <= {
        "Bela",
        "Bell",
        "Bill",
        "Billy",
        "Wil",
        "Will",
        "Willie",
        "Willy",
    }
    rare = book.true.to_pylist().index("Sharmarke")
    assert set(book.nickname(np.random.default_rng(1), np.full(5, rare))) == {rare}
