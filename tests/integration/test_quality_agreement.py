"""For every rule of every layout: a planted fault is found, and both ways of counting find the same rows."""

import pytest

from ingest.catalogue import load_catalogue
from ingest.sync import sync_catalogue
from quality_checks.batch import Delivery
from quality_checks.catalogue import load_rules, rules_for
from quality_checks.decisions import waiting
from quality_checks.findings import count_by_rule, find
from quality_checks.rule import Rule
from quality_checks.suites import run_suite
from quality_checks.windows import period_window
from tests.integration.quality_data import PERIODS, deliver, faults, good_row, good_rows
from warehouse.connection import Warehouse
from warehouse.state import State, load_state

# Files in which rows of other files have their partners.
PARTNERS = ("k12/student", "k12/enrollment", "postsecondary/enrollment")
DIRECTORIES = ("k12/school", "postsecondary/institution", "ui/employer")


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    for key in DIRECTORIES:
        submitter = _submitters(state, key)[0]
        deliver(warehouse, state, key, submitter, "2016", good_rows(key, "2016", 2))
    deliver(warehouse, state, "wioa/identity", "workforce", "2016", good_rows("wioa/identity", "2016", 400))
    for key in PARTNERS:
        for submitter in _submitters(state, key):
            for period in PERIODS[load_catalogue().layout(key).period]:
                deliver(warehouse, state, key, submitter, period, good_rows(key, period, 60))
    warehouse.execute("update control.delivery set status = 'accepted'")
    return state


def row_rules(layout_key: str) -> list[Rule]:
    """The rules that rows break; those about whole files are tried with pairs of files."""
    return [rule for rule in rules_for(layout_key) if rule.is_about_rows]


def _submitters(state: State, layout_key: str) -> list[str]:
    return [name for name, submitter in state.submitters.items() if layout_key in submitter.layouts]


def _plant(warehouse: Warehouse, state: State, layout_key: str) -> list[Delivery]:
    """Deliver for each submitter and layout version: good rows, then one row per rule that breaks it."""
    layout = load_catalogue().layout(layout_key)
    periods = PERIODS[layout.period]
    for submitter in _submitters(state, layout_key):
        for period in periods:
            window = period_window(layout, period)
            rows = good_rows(layout_key, period, 5)
            for number, rule in enumerate(row_rules(layout_key), 10):
                row = good_row(layout, window, number)
                rows.append(row | faults(rule, layout, window, row, rows[0]))
            deliver(warehouse, state, layout_key, submitter, period, rows)
    with warehouse.connect() as connection:
        return waiting(connection, layout, ["loaded"])


@pytest.mark.parametrize("layout_key", sorted(load_rules()))
def test_a_planted_fault_of_every_rule_is_found_by_both_ways(
    warehouse: Warehouse, state: State, layout_key: str
) -> None:
    layout = load_catalogue().layout(layout_key)
    rules = row_rules(layout_key)
    deliveries = _plant(warehouse, state, layout_key)

    with warehouse.connect() as connection:
        suite = run_suite(connection, layout, rules, deliveries)
    with warehouse.connect() as connection:
        find(connection, layout, rules, deliveries)
        found = count_by_rule(connection, rules)

    assert suite.failed == found
    missed = [rule.code for rule in rules if found[rule.code] < len(deliveries)]
    assert not missed
    assert suite.row_count == sum(delivery.row_count for delivery in deliveries)


def test_good_rows_of_every_layout_break_no_rule(warehouse: Warehouse, state: State) -> None:
    # What the other tests planted is no file beside these.
    warehouse.execute("update control.delivery set status = 'failed' where status = 'loaded'")
    for layout_key in sorted(load_rules()):
        layout = load_catalogue().layout(layout_key)
        period = PERIODS[layout.period][0]
        submitter = _submitters(state, layout_key)[0]
        delivery_id = deliver(
            warehouse, state, layout_key, submitter, period, good_rows(layout_key, period, 3), 2
        )
        with warehouse.connect() as connection:
            deliveries = [d for d in waiting(connection, layout, ["loaded"]) if d.delivery_id == delivery_id]
            find(connection, layout, row_rules(layout_key), deliveries)
            found = count_by_rule(connection, row_rules(layout_key))
        assert {code: count for code, count in found.items() if count} == {}, layout_key
