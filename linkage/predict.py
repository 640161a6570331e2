"""Scoring candidate pairs with a trained model, and the vetoes that turn a link into a question for a person.

Out come the tables `edge` (every pair at or above the review floor, with its decision) and `cannot_link`. Which records
end up together is decided in `cluster`.
"""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING

from linkage.engine import make_linker, scalar
from linkage.settings import profiles

if TYPE_CHECKING:
    import duckdb

    from linkage.model import LinkModel

logger = logging.getLogger(__name__)

# One in so many records of a source has no counterpart in another; half is near enough, a factor of two is one bit.
_OVERLAP = 0.5


def predict(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, *, threshold: float, review_floor: float
) -> None:
    """Score every candidate pair and make the tables `edge` and `cannot_link`."""
    connection.execute(
        """
        create or replace table scored (
            node_l bigint, node_r bigint, profile varchar, match_weight double, match_probability double);
        create or replace table cannot_link (node_l bigint, node_r bigint);
        """
    )
    prior = _prior(connection)
    for name, profile in profiles().items():
        if any(scalar(connection, f"select count(*) from {table}") == 0 for table in profile.tables):
            continue
        settings = copy.deepcopy(model.profiles[name])
        settings["probability_two_random_records_match"] = prior
        linker = make_linker(connection, {table: table for table in profile.tables}, settings)
        pairs = linker.inference.predict(warning_mode="never")
        connection.execute(
            # Rounded, so that the order of links cannot hang on the last bit of a sum.
            f"""
            insert into scored
            select least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r), '{name}',
                round(match_weight, 4), round(match_probability, 6)
            from {pairs.physical_name} where match_probability >= {review_floor}
            """
        )
        if name == "full":
            connection.execute(_cannot_link(pairs.physical_name, review_floor))
        pairs.drop_table_from_database_and_remove_from_cache()
        linker.table_management.invalidate_cache()
    connection.execute(_decide(threshold))
    logger.info("scored pairs kept: %d", scalar(connection, "select count(*) from edge"))


def _prior(connection: duckdb.DuckDBPyConnection) -> float:
    """Share of all pairs between two sources that are one person: each record has at most about one counterpart."""
    largest = scalar(
        connection, "select coalesce(max(n), 1) from (select count(*) as n from spine group by source)"
    )
    return float(_OVERLAP / max(largest, 2))


def _cannot_link(pairs: str, review_floor: float) -> str:
    # Names or birth date brought the pair together and both SSNs kept it apart: a third record must not join them.
    return f"""
    insert into cannot_link
    select distinct least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r) from {pairs} as p
    join node as l on l.unique_id = p.unique_id_l join node as r on r.unique_id = p.unique_id_r
    where match_probability < {review_floor} and damerau_levenshtein(l.ssn, r.ssn) > 1 and l.dob = r.dob
    """


def _decide(threshold: float) -> str:
    return f"""
    create or replace table edge as
    with fact as (
        select s.*, l.source as source_l, r.source as source_r,
            coalesce(l.ssn = r.ssn, false) as same_ssn,
            coalesce(l.dob = r.dob, false) as same_dob,
            p_given_agrees(l.given_all, l.roots, l.given, r.given_all, r.roots, r.given)
                or l.given = r.middle or r.given = l.middle
                or (list_has_any(l.given_all, r.family_all) and list_has_any(r.given_all, l.family_all))
                or (l.ssn = r.ssn and damerau_levenshtein(l.given, r.given) <= 1)
                or ((l.given is null or r.given is null) and list_has_any(l.initials, r.initials)) as given_agrees,
            l.fi is not null and r.fi is not null as given_known,
            l.given is null or r.given is null as given_cut,
            list_has_any(l.family_tokens, r.family_tokens) or p_family_cut(l.family, r.family)
                or l.family is null or r.family is null as family_similar,
            list_has_any(l.family_all, r.family_all) as family_agrees,
            l.dob is not null and r.dob is not null and l.dob <> r.dob
                and damerau_levenshtein(l.dob, r.dob) > 1
                and l.dob <> r.birth_year || substr(r.dob, 7, 2) || substr(r.dob, 5, 2)
                and l.birth_month <> r.birth_month and l.birth_day <> r.birth_day as dob_conflicts,
            l.suffix is not null and r.suffix is not null and l.suffix <> r.suffix
                and not list_contains(['JRII', 'IIJR'], l.suffix || r.suffix) as suffix_conflicts
        from scored as s join node as l on l.unique_id = s.node_l join node as r on r.unique_id = s.node_r
    ),
    judged as (
        select *, case
            when suffix_conflicts then 'suffix_conflict'
            when profile = 'wages' and same_ssn and given_known and not coalesce(given_agrees, false)
                then 'ssn_agrees_given_name_differs'
            when profile = 'wages' and same_ssn and given_cut and not coalesce(family_similar, false)
                then 'ssn_agrees_initial_only'
            when profile = 'education' and dob_conflicts then 'birth_date_differs_without_ssn'
            when profile = 'education' and given_known and not coalesce(given_agrees, false) and same_dob and family_agrees
                then 'possible_twins'
        end as veto
        from fact
    )
    -- A veto asks about pairs that would have been linked; what is unlikely and contradicted besides is not worth asking.
    select node_l, node_r, profile, match_weight, match_probability, source_l, source_r,
        coalesce(veto, case when match_probability < {threshold} then 'below_threshold' end) as reason,
        veto is null and match_probability >= {threshold} as is_link
    from judged where veto is null or match_probability >= {threshold};
    """
