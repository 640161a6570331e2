import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import reports.site
from reports.csv_files import csv_files
from reports.site import render_index
from tests.unit.reports.example_release import release

VOID = {"meta", "link", "br", "img", "input", "line", "circle", "rect", "polygon"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str | None]
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, tag: str | None = None) -> list["Node"]:
        found = [self] if tag in (None, self.tag) else []
        return found + [node for child in self.children for node in child.all(tag)]

    @property
    def text(self) -> str:
        return " ".join([*self.words, *(child.text for child in self.children)]).strip()

    def has_class(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()


class Tree(HTMLParser):
    """Builds the tree and insists on what HTML requires of us: every element is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.at = Node("document", {})
        self.feed(html)
        self.close()
        assert self.at is self.root, f"{self.at.tag} is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Node(tag, dict(attrs), self.at))

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.at.words.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def html() -> str:
    return render_index(release())


@pytest.fixture(scope="module")
def page(html: str) -> Node:
    return Tree(html).root


def test_headings_go_down_one_level_at_a_time(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.all() if re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_has_its_landmarks_language_and_a_way_past_the_head(page: Node) -> None:
    assert page.all("html")[0].attributes["lang"] == "en"
    assert all(len(page.all(tag)) == 1 for tag in ("header", "main", "footer"))
    assert page.all("head")[0].all("title")[0].text
    body = page.all("body")[0]
    assert body.children[0].attributes["href"] == "#main"
    assert page.all("main")[0].attributes["id"] == "main"


def test_ids_are_unique_and_every_reference_finds_its_target(page: Node) -> None:
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page.all():
        href = node.attributes.get("href") or ""
        wanted = (node.attributes.get("aria-labelledby") or "").split()
        wanted += [href[1:]] if href.startswith("#") else []
        assert set(wanted) <= set(ids)


def test_every_chart_names_and_describes_itself_and_stands_beside_its_table(page: Node) -> None:
    charts = page.all("svg")
    assert len(charts) == 5
    for chart in charts:
        assert chart.attributes["role"] == "img"
        assert chart.all("title")[0].text
        assert chart.all("desc")[0].text
        pair = chart.parent.parent if chart.parent else None
        assert pair is not None
        assert len(pair.all("table")) == 1
        shown = {node.text for node in chart.all("text") if node.has_class("value")}
        assert shown
        assert shown <= {cell.text for cell in pair.all("td")}


def test_every_table_has_a_caption_and_scoped_headers(page: Node) -> None:
    tables = page.all("table")
    assert tables
    for table in tables:
        assert table.all("caption")[0].text
        assert all(node.attributes.get("scope") in ("col", "row", "rowgroup") for node in table.all("th"))
        width = len(table.all("thead")[0].all("th"))
        for row in table.all("tr"):
            cells = row.all("td") + row.all("th")
            assert sum(int(cell.attributes.get("colspan") or 1) for cell in cells) == width


def test_every_indicator_links_to_a_csv_that_is_written(page: Node) -> None:
    files = csv_files(release())
    for article in page.all("article"):
        assert f"data/{article.attributes['id']}.csv" in {a.attributes["href"] for a in article.all("a")}
    linked = {a.attributes["href"] or "" for a in page.all("a")}
    assert {href.removeprefix("data/") for href in linked if href.startswith("data/")} == set(files)


def test_every_indicator_says_what_is_counted(page: Node) -> None:
    for article in page.all("article"):
        code = "ACGR_4YR" if article.attributes["id"] == "acgr-4yr" else "WAGES"
        for text in (
            "definition",
            "numerator",
            "denominator",
            "exclusions",
            "sources",
            "lag",
            "citation",
            "caveats",
        ):
            assert f"The {text} of {code}." in article.text


def test_signs_are_read_out_and_explained(page: Node, html: str) -> None:
    hidden = [cell for cell in page.all("td") if cell.has_class("hidden")]
    absent = [cell for cell in page.all("td") if cell.has_class("none")]
    assert all(cell.text == "* hidden to protect privacy" for cell in hidden)
    assert all(cell.text == "\N{EN DASH} not applicable" for cell in absent)
    assert hidden
    assert absent
    explained = next(node for node in page.all("dl") if node.has_class("signs"))
    assert [term.text for term in explained.all("dt")] == ["*", "\N{EN DASH}", "≥ ≤"]
    assert "≥95%" in html


def test_the_page_asks_nobody_for_anything(page: Node, html: str) -> None:
    assert page.all("script") == []
    for node in page.all():
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            target = node.attributes.get(name) or ""
            assert "//" not in target
    style = Path(reports.site.__file__).with_name("static").joinpath("site.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    # The fingerprint admits the page's own style and nothing else.
    assert "default-src 'none'; style-src 'sha256-" in html
    assert 'style="' not in html


def test_texts_from_data_cannot_become_markup(page: Node, html: str) -> None:
    assert "<script" not in html
    assert "alert('x')" in page.text


def test_a_synthetic_state_says_so_and_another_does_not(page: Node) -> None:
    assert "Synthetic data." in page.all("body")[0].text
    assert "Synthetic data." not in Tree(render_index(release(note=None))).root.text


def test_the_release_is_named_with_its_day(page: Node) -> None:
    assert "Release 7, published 1 July 2025" in page.text
