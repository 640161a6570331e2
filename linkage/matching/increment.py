"""A run on top of an earlier one: what is new, changed or gone is cleaned, scored and clustered with what it touches.

Works on a copy of the earlier run's file, attached as `kept` (`standing`). A component of clusters that nothing new touches keeps
its clusters, links and questions. Each step is the one of a full run over fewer rows; none decides anything by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.engine import scalar
from linkage.matching.cleaning import DUMMY_SSN, NEW_RECORD, SCHOOL_YEARS, macros
from linkage.matching.cluster import cluster, review_rest
from linkage.matching.outcome import collect_links, group_components
from linkage.matching.predict import judge, make_prior, predict_changes
from linkage.matching.sources import make_roles
from linkage.matching.standardise import clean, fold, note_decisions
from linkage.records import record_digests, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb
    import pyarrow as pa

    from linkage.models.model import LinkModel


def standardise_changes(
    connection: duckdb.DuckDBPyConnection,
    records: pa.Table,
    must_link: pa.Table | None,
    cannot_link: pa.Table | None,
    single_record_sources: Collection[str] | None,
    digests: pa.Table | None,
) -> str | None:
    """Bring the nodes of `kept` up to date and make `changed_node`; or say why the earlier run cannot be built on."""
    connection.execute(macros())
    for table in ("nickname_root", "relatives"):
        connection.execute(f"create view {table} as from kept.{table}")
    if not scalar(connection, "select bool_or(are_here) from relatives"):
        return "who is left over is counted anew where no relatives are"
    connection.register("record_digest", record_digests(records) if digests is None else digests)
    connection.execute(_CHANGED_RECORDS)
    connection.register("person_record", records)
    connection.execute(SCHOOL_YEARS)
    # Picked out before DuckDB reads any of their columns.
    fresh = connection.execute("select record_id from fresh").to_arrow_table()
    connection.register("person_record", rows_of(records, "record_id", fresh))
    connection.execute(NEW_RECORD)
    connection.unregister("person_record")
    connection.unregister("record_digest")
    clean(connection)
    connection.execute(_KEEP_RECORDS)
    note_decisions(connection, must_link, cannot_link)
    connection.execute(_EVERYBODY)
    connection.execute(_NUMBERED)
    connection.execute(DUMMY_SSN.format(people="numbered"))
    connection.execute(_OTHER_DUMMIES)
    make_roles(connection, single_record_sources, people="everybody")
    for table, words in (
        ("school_years", "pupils of other years of birth came"),
        ("dummy_ssn", "another number stands for an unknown one"),
        ("wage_source", "a source became one of wages, or ceased to be"),
        ("single_source", "a source holds persons once now, or no longer"),
    ):
        if _differs(connection, table):
            return words
    connection.execute(_REFOLDED)
    fold(connection)
    connection.execute(_CHANGED_NODES)
    make_prior(connection)
    return "a source doubled or halved" if _differs(connection, "prior") else None


def link_changes(
    connection: duckdb.DuckDBPyConnection,
    model: LinkModel,
    *,
    threshold: float,
    review_floor: float,
    margin: float,
    chunks: int | None,
) -> None:
    """Score what changed, cluster what that touches, and bring `kept` up to date; its tables stand as views afterwards."""
    predict_changes(connection, model, review_floor=review_floor, chunks=chunks)
    connection.execute("drop view node; create view node as from paired_node")
    judge(connection, threshold=threshold, review_floor=review_floor)
    connection.execute(_TOUCHED)
    cluster(connection, margin=margin)
    collect_links(connection)
    group_components(connection)
    connection.execute(_KEEP_CLUSTERS)
    # A question outside the touched clusters may be settled by what they hold now, and the other way round.
    review_rest(connection)
    connection.execute(_KEEP_REVIEW)


def _differs(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(
        scalar(
            connection,
            f"select count(*) from ((from {table} except from kept.{table}) union all (from kept.{table} except from {table}))",
        )
    )


_CHANGED_RECORDS = """
create or replace temp table moved as
select k.record, k.record_id as was, d.record_id, d.digest from kept.record as k
full join record_digest as d on d.record_id = k.record_id and d.digest = k.digest
where k.record_id is null or d.record_id is null;
create or replace temp table gone_record as select record, was as record_id from moved where was is not null;
create or replace temp table fresh as select record_id, digest from moved where record_id is not null;
"""

_KEEP_RECORDS = """
create or replace temp table changed_record as select record from record;
delete from kept.record using gone_record as g where g.record = kept.record.record;
insert into kept.record by name select record, record_id, source, source_key, digest from record;
drop table record;
create view record as from kept.record;
"""

_EVERYBODY = """
create or replace temp table replaced as select record from changed_record union select record from gone_record;
create or replace temp view everybody as
select source, ssn, ssn_written, given, family, birth_year, dob, zip, middle from kept.person anti join replaced using (record)
union all select source, ssn, ssn_written, given, family, birth_year, dob, zip, middle from person;
"""

# Only a number that came or went can have become one that stands for an unknown one, or have ceased to be.
_NUMBERED = """
create or replace temp table moved_ssn as
select ssn_written from person where ssn_written is not null union
select k.ssn_written from kept.person as k semi join replaced using (record) where k.ssn_written is not null;
create or replace temp view numbered as select ssn_written, given, family from everybody semi join moved_ssn using (ssn_written);
"""
_OTHER_DUMMIES = """
insert into dummy_ssn select ssn from kept.dummy_ssn where ssn not in (select ssn_written from moved_ssn)
"""

# Who shares an SSN is folded together, so that all of them are folded anew; so are records of decisions given or taken back.
_REFOLDED = """
create or replace temp table stirred as
with differing as (
    (from decided_together except from kept.decided_together) union all (from kept.decided_together except from decided_together)
    union all (from decided_apart except from kept.decided_apart) union all (from kept.decided_apart except from decided_apart)
)
select record_l as record from differing union select record_r from differing;
create or replace temp table refolded as
with known as (
    select k.ssn from kept.person as k semi join (from replaced union from stirred) as m using (record) where k.ssn is not null
)
select k.record from kept.person as k semi join (select ssn from person where ssn is not null union from known) using (ssn)
union from stirred;
insert into person by name from kept.person semi join refolded using (record) anti join replaced using (record);
"""

_CHANGED_NODES = """
create or replace temp table gone_or_here as select record from person union select record from gone_record;
create or replace temp table removed as select distinct node from kept.node_of semi join gone_or_here using (record);
create or replace temp table same_node as
select unique_id as node from (select unique_id, hash(n) as digest from node as n)
semi join kept.node_digest using (unique_id, digest);
create or replace table changed_node as from node anti join same_node on same_node.node = unique_id;
create or replace temp table gone_node as from removed anti join same_node using (node);
create or replace temp table refolded_node as select unique_id as node from node;
delete from kept.node using gone_node as g where g.node = unique_id;
insert into kept.node by name from changed_node;
delete from kept.node_digest using gone_node as g where g.node = unique_id;
insert into kept.node_digest select unique_id, hash(n) from changed_node as n;
delete from kept.node_of using gone_or_here as g where g.record = node_of.record;
insert into kept.node_of by name from node_of;
delete from kept.person using replaced as g where g.record = person.record;
insert into kept.person by name from person semi join changed_record using (record);
delete from kept.scored using gone_node as g where g.node = node_l;
delete from kept.scored using gone_node as g where g.node = node_r;
delete from kept.judged using gone_node as g where g.node = node_l;
delete from kept.judged using gone_node as g where g.node = node_r;
delete from kept.cannot_link using gone_node as g where g.node = node_l;
delete from kept.cannot_link using gone_node as g where g.node = node_r;
delete from kept.decided_together; insert into kept.decided_together from decided_together;
delete from kept.decided_apart; insert into kept.decided_apart from decided_apart;
drop view spine; drop view wages; drop table node; drop table node_of;
create view node as from kept.node;
create view node_of as from kept.node_of;
"""

# All components that hold a node that is new, changed, gone, decided about, or newly linked.
_TOUCHED = """
create or replace temp table moved_node as
from removed union from refolded_node
union select node_l from edge where is_link union select node_r from edge where is_link;
create or replace temp table touched_component as
select distinct component from kept.member semi join moved_node using (node);
create or replace temp table untied as select node from kept.member semi join touched_component using (component);
create or replace temp table touched as
from untied anti join gone_node using (node) union from refolded_node;
insert into kept.scored from scored;
insert into kept.judged from edge;
insert into kept.cannot_link from cannot_link;
create or replace table edge as from kept.judged where node_l in (from touched) or node_r in (from touched);
create or replace table cannot_link as from kept.cannot_link where node_l in (from touched) or node_r in (from touched);
drop view node;
-- What clustering reads of a node, and no more.
create table node as
select unique_id, slot, is_wage, ssn, ssn_shared, given, fi, mi, family, family_all, family_tokens
from kept.node semi join touched on touched.node = unique_id;
create view spine as from node where not is_wage;
create view wages as from node where is_wage and ssn is not null;
"""

_KEEP_CLUSTERS = """
create or replace temp table touched_record as
select record from kept.node_of semi join touched using (node) union select record from gone_record;
delete from kept.member using untied as u where u.node = member.node;
insert into kept.member
select m.node, m.cluster, coalesce(c.component, m.cluster) from member as m left join component as c using (cluster);
delete from kept.final_edge using touched_record as t where t.record = record_l;
delete from kept.final_edge using touched_record as t where t.record = record_r;
insert into kept.final_edge by name from final_edge;
drop view spine; drop view wages; drop table node; drop table member; drop table final_edge;
create view node as from kept.node;
create view member as from kept.member;
create view final_edge as from kept.final_edge;
"""

_KEEP_REVIEW = """
create or replace temp table asked_before as from touched union from gone_node;
delete from kept.review using asked_before as t where t.node = node_l;
delete from kept.review using asked_before as t where t.node = node_r;
insert into kept.review by name from review;
drop table review;
create view review as from kept.review;
"""
