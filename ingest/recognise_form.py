"""In which form of its layout a file comes: stated, chosen for its submitter, or told by its content.

Belongs here: choosing among the variants of a layout. Must not come here: which layout it is (recognise), reading rows.
"""

from collections.abc import Iterator
from pathlib import Path

from ingest.catalogue import Layout
from ingest.readers.choice import first_record, header_of
from ingest.readers.headers import fits
from warehouse.errors import P20WError
from warehouse.state_sections.senders import Submitter


def form_of(path: Path, layout: Layout, period: str, sender: Submitter, variant: str | None) -> str:
    """Return the form in force for a period; where several could be meant, the one that the content shows.

    A content that shows none is left to the reader of the layout's own form, which says what is wrong with it.
    """
    chosen = variant or sender.variants.get(layout.key)
    if chosen is not None:
        return layout.version_for(period, chosen)
    own = layout.version_for(period)
    if not layout.variants or not path.is_file():
        return own
    shown = [form for form in _forms(layout, period) if shows(path, layout, form)]
    return shown[0] if len(shown) == 1 else own


def shows(path: Path, layout: Layout, form: str) -> bool:
    """Return whether the beginning of a file has this form."""
    declared = layout.versions[form]
    try:
        if declared.format == "delimited":
            return fits(header_of(path, declared), layout, form)
        record = first_record(path)
    except P20WError:
        return False
    beginning = declared.header.record_type if declared.header else declared.record_type or ""
    if declared.format == "delimited_records":
        first = record.removeprefix(b"\xef\xbb\xbf").split((declared.delimiter or ",").encode())[0]
        return first.strip(b'"') == beginning.encode("ascii")
    return len(record) == declared.record_length and record.startswith(beginning.encode("ascii"))


def _forms(layout: Layout, period: str) -> Iterator[str]:
    for name in (layout.own_variant, *layout.variants):
        try:
            yield layout.version_for(period, name)
        except P20WError:
            # A variant may have begun later than the layout.
            continue
