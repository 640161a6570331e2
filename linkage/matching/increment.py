"""A run on top of an earlier one: what is new, changed or gone is cleaned, scored and clustered with what it touches.

Works on a copy of the earlier run's file, attached as `kept` (`standing`). A component of clusters that nothing new touches keeps
its clusters, links and questions. Each step is the one of a full run over fewer rows; none decides anything by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.engine import scalar
from linkage.matching.cleaning import DUMMY_SSN, NEW_RECORD, macros
from linkage.matching.cluster import cluster, review_rest
from linkage.matching.outcome import collect_links, group_components
from linkage.matching.predict import judge, make_prior, predict_changes
from linkage.matching.sources import make_roles
from linkage.matching.standardise import clean, fold, note_decisions
from linkage.records import record_digests

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
    connection.register("person_record", records)
    connection.register("record_digest", record_digests(records) if digests is None else digests)
    connection.execute(_CHANGED_RECORDS)
    connection.execute(NEW_RECORD)
    connection.unregister("person_record")
    connection.unregister("record_digest")
    clean(connection)
    connection.execute(_KEEP_RECORDS)
    note_decisions(connection, must_link, cannot_link)
    connection.execute(_EVERYBODY)
    connection.execute(DUMMY_SSN.format(people="everybody"))
    make_roles(connection, single_record_sources, people="everybody")
    for table, words in (
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
    judge(connection, threshold=threshold, review_floor=review_floor)
    connection.execute(_ONLY_TOUCHED_NODES)
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
create or replace temp table gone_record as
select k.record, k.record_id from kept.record as k
anti join record_digest as d on d.record_id = k.record_id and d.digest = k.digest;
create or replace temp table fresh as
select d.record_id, d.digest from record_digest as d
anti join kept.record as k on k.record_id = d.record_id and k.digest = d.digest;
"""

_KEEP_RECORDS = """
create or replace temp table changed_record as select record from record;
delete from kept.record where record in (select record from gone_record);
insert into kept.record by name select record, record_id, source, source_key, digest from record;
drop table record;
create view record as from kept.record;
"""

_EVERYBODY = """
create or replace temp table replaced as select record from changed_record union select record from gone_record;
create or replace temp view everybody as
select source, ssn, ssn_written, given, family, birth_year, dob, zip, middle from kept.person
where record not in (select record from replaced)
union all select source, ssn, ssn_written, given, family, birth_year, dob, zip, middle from person;
"""

# Who shares an SSN is folded together, so that all of them are folded anew; so are records of decisions given or taken back.
_REFOLDED = """
create or replace temp table stirred as
with differing as (
    (from decided_together except from kept.decided_together) union all (from kept.decided_together except from decided_together)
    union all (from decided_apart except from kept.decided_apart) union all (from kept.decided_apart except from decided_apart)
)
select record_l as record from differing union select record_r from differing;
create or replace temp table stirred_ssn as
select ssn from person where ssn is not null union
select ssn from kept.person where ssn is not null
    and (record in (select record from replaced) or record in (select record from stirred));
insert into person by name
select * from kept.person where record not in (select record from replaced)
    and (ssn in (select ssn from stirred_ssn) or record in (select record from stirred));
"""

_CHANGED_NODES = """
create or replace temp table removed as
select distinct node from kept.node_of
where record in (select record from person) or record in (select record from gone_record);
create or replace temp table was_node as from kept.node where unique_id in (select unique_id from node);
create or replace temp table same_node as
select n.unique_id from node as n join was_node as w using (unique_id) where n::varchar = w::varchar;
create or replace table changed_node as from node anti join same_node using (unique_id);
create or replace temp table gone_node as select node from removed where node not in (select unique_id from same_node);
create or replace temp table refolded_node as select unique_id as node from node;
delete from kept.node where unique_id in (select node from gone_node);
insert into kept.node by name from changed_node;
delete from kept.node_of where record in (select record from person) or record in (select record from gone_record);
insert into kept.node_of by name from node_of;
delete from kept.person where record in (select record from replaced);
insert into kept.person by name from person semi join changed_record using (record);
delete from kept.scored where node_l in (select node from gone_node) or node_r in (select node from gone_node);
delete from kept.decided_together; insert into kept.decided_together from decided_together;
delete from kept.decided_apart; insert into kept.decided_apart from decided_apart;
drop view spine; drop view wages; drop table node; drop table node_of;
create view node as from kept.node;
create view node_of as from kept.node_of;
"""

# All components that hold a node that is new, changed, gone, decided about, or newly linked.
_TOUCHED = """
create or replace temp table touched_component as
select distinct component from kept.member where node in (
    select node from removed union select node from refolded_node
    union select node_l from edge where is_link union select node_r from edge where is_link
);
create or replace temp table untied as select node from kept.member semi join touched_component using (component);
create or replace temp table touched as
select node from untied where node not in (select node from gone_node) union select node from refolded_node;
insert into kept.scored from scored;
create or replace table scored as
from kept.scored where node_l in (select node from touched) or node_r in (select node from touched);
create or replace table near_node as from kept.node
where unique_id in (select node from touched union select node_l from scored union select node_r from scored);
drop view node;
create view node as from near_node;
"""

_ONLY_TOUCHED_NODES = """
drop view node;
create table node as from near_node where unique_id in (select node from touched);
create view spine as from node where not is_wage;
create view wages as from node where is_wage and ssn is not null;
"""

_KEEP_CLUSTERS = """
create or replace temp table touched_record as
select record from kept.node_of where node in (select node from touched) union select record from gone_record;
delete from kept.member where node in (select node from untied);
insert into kept.member
select m.node, m.cluster, coalesce(c.component, m.cluster) from member as m left join component as c using (cluster);
delete from kept.final_edge
where record_l in (select record from touched_record) or record_r in (select record from touched_record);
insert into kept.final_edge by name from final_edge;
drop table node; drop table member; drop table final_edge;
create view node as from kept.node;
create view member as from kept.member;
create view final_edge as from kept.final_edge;
"""

_KEEP_REVIEW = """
delete from kept.review where node_l in (select node from touched union select node from gone_node)
    or node_r in (select node from touched union select node from gone_node);
insert into kept.review by name from review;
drop table review;
create view review as from kept.review;
"""
