"""Which columns of which layouts an indicator is made from: what an agreement must cover before its numbers are published.

Read from the models' own text: a column counts where the indicator, a model or macro between, or more than the mere passing on
in a fact names it. What is named in vain counts too: more is asked for than is used.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ingest.catalogue import load_catalogue
from orchestration.manifest import load_manifest
from orchestration.readiness import direct_facts, indicator_layouts
from warehouse.errors import P20WError

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)
# A line of a fact that only hands a column on.
_PASSED_ON = re.compile(r"^\s*(\w+\.)?\w+,?\s*$", re.MULTILINE)
# What staging selects, one part for each name that it hands on.
_PART = re.compile(r",\s*\n|\bselect\b|\bfrom\b")
_ALIAS = re.compile(r"\bas (\w+)\s*$")


@lru_cache(maxsize=1)
def elements_by_indicator() -> dict[str, dict[str, tuple[str, ...]]]:
    """Layout -> columns, by the code of each indicator."""
    manifest = load_manifest()
    staged = _staged_names(manifest)
    found = {}
    for node, described in _indicators(manifest):
        named = _named(node, manifest)
        found[described["code"]] = {
            key: _columns(key, named, staged) for key in sorted(indicator_layouts(node, manifest))
        }
    return found


@lru_cache(maxsize=1)
def definitions() -> dict[str, dict[str, str]]:
    """What each indicator's number is computed by: its version, and a checksum of each model and macro of its own."""
    manifest = load_manifest()
    found = {}
    for node, described in _indicators(manifest):
        said = {"version": str(described["version"])}
        for one in sorted(_own_models(node, direct_facts(node, manifest), manifest)):
            own = manifest["nodes"][one]
            said[own["name"]] = _checksum(own.get("raw_code", ""))
            for macro in _macros(own["depends_on"].get("macros", ()), manifest):
                said[f"{macro['name']}()"] = _checksum(macro["macro_sql"])
        found[described["code"]] = said
    return found


def _indicators(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The models of indicators, each with what its YAML says of it."""
    for node, model in manifest["nodes"].items():
        described = model["config"].get("meta", {}).get("indicator") if "config" in model else None
        if described:
            yield node, described


def _checksum(text: str) -> str:
    """Of what a model does: comments and spaces are no change."""
    return hashlib.sha256(" ".join(_COMMENT.sub("", text).split()).encode()).hexdigest()[:16]


def elements_of(code: str) -> dict[str, tuple[str, ...]]:
    """Layout -> columns of one indicator."""
    known = elements_by_indicator()
    if code not in known:
        raise P20WError(f"There is no indicator {code!r}.", "`p20w indicators list` names them.")
    return known[code]


def _columns(key: str, named: set[str], staged: Mapping[str, set[str]]) -> tuple[str, ...]:
    columns = load_catalogue().layouts[key].columns_by_name
    return tuple(name for name in columns if ({name} | staged.get(name, set())) & named)


def _staged_names(manifest: Mapping[str, Any]) -> dict[str, set[str]]:
    """The names under which staging hands on what it makes of a name, itself or in a second model."""
    found: dict[str, set[str]] = {}
    for model in manifest["nodes"].values():
        if model["name"].startswith("stg_"):
            for part in _PART.split(_COMMENT.sub("", model.get("raw_code", ""))):
                if alias := _ALIAS.search(part):
                    for word in _WORD.findall(part[: alias.start()]):
                        found.setdefault(word, set()).add(alias[1])
    return {
        name: names | {further for one in names for further in found.get(one, ())}
        for name, names in found.items()
    }


def _named(node: str, manifest: Mapping[str, Any]) -> set[str]:
    """Every word that the indicator's own models, their macros and the facts' rules use."""
    facts = direct_facts(node, dict(manifest))
    words: set[str] = set()
    for one in _own_models(node, facts, manifest):
        model = manifest["nodes"][one]
        text = _COMMENT.sub("", model.get("raw_code", ""))
        words |= set(_WORD.findall(_PASSED_ON.sub("", text) if one in facts else text))
        for macro in _macros(model["depends_on"].get("macros", ()), manifest):
            words |= set(_WORD.findall(_COMMENT.sub("", macro["macro_sql"])))
    return words


def _own_models(node: str, facts: set[str], manifest: Mapping[str, Any]) -> set[str]:
    """The indicator's model, those between it and the facts, and the facts with the facts they sum."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        model = manifest["nodes"].get(current)
        if current in found or model is None or model["name"].startswith("stg_"):
            continue
        if current == node or current in facts or model["name"].startswith(("int_", "fct_wage")):
            found.add(current)
            waiting += model["depends_on"].get("nodes", ())
    return found


def _macros(names: Any, manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The project's own macros that these use, with those that they use."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        macro = manifest["macros"].get(name)
        if name not in seen and macro and macro["package_name"] == manifest["metadata"]["project_name"]:
            seen.add(name)
            waiting += macro["depends_on"].get("macros", ())
            yield macro
