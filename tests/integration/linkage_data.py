"""A warehouse with person records but no deliveries: the two vault tables that linkage reads, made by hand."""

import pyarrow as pa

from tests.integration.emptying import emptying
from warehouse.connection import Warehouse
from warehouse.movement import copy_arrow

_EMPTIED = emptying(
    "control.linkage_run, control.linkage_run_event, identity.edge, identity.membership, identity.membership_at,"
    " identity.person, identity.person_event, identity.review_item, identity.decision, identity.linkage_measure"
)
_TABLES = """
drop table if exists identity.person_record;
drop table if exists identity.source_record;
create table identity.person_record (
    record_id uuid, source text, source_key text, ssn text, first_name text, middle_name text, last_name text,
    generation_code text, preferred_name text, birthdate date, sex text, zip_code text,
    other_first_names text[], other_last_names text[], set_aside text[], first_seen date, last_seen date);
create table identity.source_record (record_id uuid, source text, source_key text);
select control.settle_relation('identity', relation) from (values ('person_record'), ('source_record')) as made (relation)
"""


def make_vault(warehouse: Warehouse, records: pa.Table) -> None:
    """Empty what linkage writes and fill what it reads."""
    warehouse.execute(_EMPTIED)
    warehouse.execute(_TABLES)
    add_records(warehouse, records)


def add_records(warehouse: Warehouse, records: pa.Table) -> None:
    # Files may hold more about a person than agencies deliver.
    delivered = records.drop_columns(["city", "street_address", "birth_year", "age"])
    with warehouse.connect() as connection:
        copy_arrow(connection, delivered, "identity", "person_record")
        copy_arrow(
            connection, records.select(["record_id", "source", "source_key"]), "identity", "source_record"
        )


def crosswalk(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.fetch_all("select record_id::text, person_id::text from identity.person_crosswalk"))
