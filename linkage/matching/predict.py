"""Scoring candidate pairs with a trained model, and the vetoes that turn a link into a question for a person.

Out come the tables `scored`, `edge` (every pair at or above the review floor, with its decision) and `cannot_link`. Which records
end up together is decided in `cluster`; which pairs are looked at, in `blocking`.
"""

from __future__ import annotations

import copy
import logging
import math
from typing import TYPE_CHECKING, Any

from linkage.engine import scalar, score_candidates
from linkage.matching.blocking import affordable, find_new_pairs, find_pairs, hash_nodes, note_dear_rules
from linkage.models.frequencies import NAME_COLUMNS, count_frequencies
from linkage.models.settings import profiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from linkage.models.model import LinkModel

logger = logging.getLogger(__name__)

# One in so many records of a source has no counterpart in another; half is near enough, a factor of two is one bit.
_OVERLAP_BITS = 1
# A file is a part of some population: agreement by chance is never likelier than among so many.
_LEAST_POPULATION = 1024

# Some hundred bytes each while they are compared.
_PAIRS_PER_PART = 5_000_000


def predict(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, *, review_floor: float, chunks: int | None = None
) -> None:
    """Score every candidate pair of `node` into `scored`; `prior` must be there."""
    connection.execute(SCORED)
    frequencies = load_frequencies(connection, model)
    hash_nodes(connection)
    note_dear_rules(connection)
    for name, profile in profiles().items():
        find_pairs(connection, name, affordable(connection, profile.blocking_rules))
        _score_in_parts(connection, model, name, frequencies, probability_bits(review_floor), chunks=chunks)
    connection.execute("drop table node_hash")
    logger.info("scored pairs kept: %d", scalar(connection, "select count(*) from scored"))


def predict_changes(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, *, review_floor: float, chunks: int | None = None
) -> None:
    """Score the candidate pairs of `node` that hold a `changed_node` into `scored`, and make `paired_node` of their nodes."""
    connection.execute(SCORED)
    frequencies = load_frequencies(connection, model)
    hash_nodes(connection)
    connection.execute("create view dear_rule as from kept.dear_rule")
    find_new_pairs(
        connection,
        {name: affordable(connection, profile.blocking_rules) for name, profile in profiles().items()},
    )
    connection.execute("drop table node_hash")
    connection.execute(_PAIRED)
    for name in profiles():
        connection.execute(
            f"create or replace table candidate as select * exclude (profile) from found_pair where profile = '{name}'"
        )
        _score_in_parts(
            connection,
            model,
            name,
            frequencies,
            probability_bits(review_floor),
            chunks=chunks,
            nodes="paired_node",
        )
    logger.info("scored pairs kept: %d", scalar(connection, "select count(*) from scored"))


SCORED = """
create or replace table scored (node_l bigint, node_r bigint, profile varchar, evidence double, is_apart boolean)
"""

_PAIRED = """
create or replace table paired_node as from node
where unique_id in (select join_key_l from found_pair union select join_key_r from found_pair)
"""


def judge(connection: duckdb.DuckDBPyConnection, *, threshold: float, review_floor: float) -> None:
    """Make `edge`, every scored pair at or above the floor with its decision, and `cannot_link`."""
    connection.execute(_weigh(review_floor))
    connection.execute(_decide(threshold))


# However unlikely among a million people: who uses whose SSN is for a person to see.
_SSN_AND_SURNAME = "(l.is_wage <> r.is_wage and l.ssn = r.ssn and list_has_any(l.family_all, r.family_all))"


def probability_bits(probability: float) -> float:
    """The weight at which a probability is reached."""
    return math.log2(probability / (1 - probability))


def make_prior(connection: duckdb.DuckDBPyConnection, sizes: Mapping[str, int] | None = None) -> None:
    """Make `prior(source_l, source_r, bits)`: each record has at most about one counterpart in another source.

    In whole bits: a pair scores the same next quarter unless a source has doubled meanwhile.

    Args:
        connection: A database with `node`.
        sizes: Nodes by source of the whole population, where `node` holds a part of it.
    """
    connection.execute("create or replace temp table population (source varchar, n bigint)")
    if sizes:
        connection.executemany("insert into population values (?, ?)", list(sizes.items()))
    connection.execute(
        f"""
        create or replace table prior as
        with counted as (select source, count(*) as n from node group by source),
        sized as (
            select c.source, greatest(c.n, coalesce(p.n, 0)) as n from counted as c left join population as p using (source)
        )
        select l.source as source_l, r.source as source_r,
            -{_OVERLAP_BITS} - round(log2(greatest(l.n, r.n, {_LEAST_POPULATION}))) as bits
        from sized as l, sized as r
        """
    )


def load_frequencies(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> dict[str, str]:
    """Make the lookup tables of the model's name frequencies and return their names by column."""
    frequencies = model.frequencies or count_frequencies(connection)
    return {column: frequencies.load(connection, column) for column in NAME_COLUMNS}


def _score_in_parts(
    connection: duckdb.DuckDBPyConnection,
    model: LinkModel,
    name: str,
    frequencies: dict[str, str],
    floor: float,
    *,
    chunks: int | None,
    nodes: str = "node",
) -> None:
    """Score `candidate`, so many pairs at a time that they fit into memory while they are compared."""
    pairs = scalar(connection, "select count(*) from candidate")
    parts = chunks or 1 + pairs // _PAIRS_PER_PART
    if parts > 1:
        connection.execute("alter table candidate rename to every_candidate")
    for part in range(parts if pairs else 0):
        if parts > 1:
            connection.execute(
                "create or replace table candidate as"
                f" from every_candidate where hash(join_key_l, join_key_r) % {parts} = {part}"
            )
        with score_candidates(connection, evidence_settings(model, name), frequencies, nodes=nodes) as scored:
            connection.execute(f"insert into scored {kept_sql(name, floor, pairs=scored, nodes=nodes)}")
    connection.execute("drop table if exists every_candidate")


def kept_sql(name: str, floor: float, *, pairs: str, nodes: str) -> str:
    """Return the query for the rows of `scored` that one model gives, from Splink's table of its pairs.

    Args:
        name: The model.
        floor: Least evidence and prior together, in bits.
        pairs: Table of unique_id_l, unique_id_r, match_weight.
        nodes: Table of their nodes.
    """
    scored = f"""
        {pairs} as s join {nodes} as l on l.unique_id = s.unique_id_l join {nodes} as r on r.unique_id = s.unique_id_r
        join prior as p on p.source_l = l.source and p.source_r = r.source
    """
    wanted = f"s.match_weight + p.bits >= {floor} or {_SSN_AND_SURNAME}"
    if name == "full":
        # Names or birth date brought the pair together and both SSNs kept it apart: a third record must not join them.
        wanted += " or (l.dob = r.dob and damerau_levenshtein(l.ssn, r.ssn) > 1)"
    # Rounded, so that the order of links cannot hang on the last bit of a sum.
    return f"""
        select least(unique_id_l, unique_id_r) as node_l, greatest(unique_id_l, unique_id_r) as node_r, '{name}' as profile,
            round(match_weight, 4) as evidence, {f"s.match_weight + p.bits < {floor}" if name == "full" else "false"} as is_apart
        from {scored} where {wanted}
    """


def evidence_settings(model: LinkModel, profile: str, *, in_detail: bool = False) -> dict[str, Any]:
    """Return a model's Splink settings with an even prior: what they score is the evidence alone."""
    settings = copy.deepcopy(model.profiles[profile])
    settings |= {
        "probability_two_random_records_match": 0.5,
        "link_type": "dedupe_only",
        "retain_intermediate_calculation_columns": in_detail,
        "retain_matching_columns": in_detail,
    }
    return settings


def _weigh(review_floor: float) -> str:
    return f"""
    create or replace table weighed as
    select s.*, l.source as source_l, r.source as source_r, s.evidence + p.bits as match_weight,
        round(1 / (1 + pow(2.0, -(s.evidence + p.bits))), 6) as match_probability,
        case when s.is_apart then true when match_probability >= {review_floor} or s.profile <> 'full' then false
            else coalesce(l.dob = r.dob and damerau_levenshtein(l.ssn, r.ssn) > 1, false) end as keeps_apart,
        case when s.is_apart then false when match_probability >= {review_floor} then true
            else coalesce({_SSN_AND_SURNAME}, false) end as is_likely
    from scored as s join node as l on l.unique_id = s.node_l join node as r on r.unique_id = s.node_r
    join prior as p on p.source_l = l.source and p.source_r = r.source;
    create or replace table cannot_link as select node_l, node_r from weighed where keeps_apart;
    """


def _decide(threshold: float) -> str:
    return f"""
    create or replace table edge as
    with fact as (
        select s.*,
            coalesce(l.ssn = r.ssn, false) as same_ssn,
            coalesce(l.dob = r.dob, false) as same_dob,
            -- Case by case, for each is dearer than the one before and asked of fewer.
            case when l.given = r.given or l.given = r.middle or r.given = l.middle then true
                when p_given_agrees(l.given_all, l.roots, l.given, r.given_all, r.roots, r.given) then true
                -- People of one household share numbers, surnames and, one in ten, an initial: the name must be near besides,
                -- or no more than an initial itself.
                when l.ssn = r.ssn then damerau_levenshtein(l.given, r.given) <= 1
                    or (list_has_any(l.family_all, r.family_all) and (
                        (p_given_near(l.given, r.given) and coalesce(l.mi = r.mi, true))
                        or (l.mi = r.mi and (l.given is null or r.given is null))))
                    or p_names_swapped(l.given_all, l.family_all, r.given_all, r.family_all)
                    or (l.mi = r.mi and p_name_slip(l.given, r.given))
                    or ((l.given is null or r.given is null) and list_has_any(l.initials, r.initials))
                when l.given is null or r.given is null then list_has_any(l.initials, r.initials)
                else p_any_near(l.given_all, r.given_all)
                    or p_names_swapped(l.given_all, l.family_all, r.given_all, r.family_all)
                    or (l.mi = r.mi and p_name_slip(l.given, r.given)) end as given_agrees,
            (select are_here from relatives) as relatives,
            l.fi is not null and r.fi is not null as given_known,
            coalesce(l.mi <> r.mi, false) as middle_differs,
            l.ssn is null or r.ssn is null as number_missing,
            coalesce(l.given = r.given and l.mi = r.mi and l.family = r.family, false) as whole_name_agrees,
            coalesce(l.ssn <> r.ssn and left(l.ssn, 7) = left(r.ssn, 7), false) as neighbouring_ssn,
            case when l.ssn <> r.ssn then p_ssn_slips(l.ssn, r.ssn) > 2 else false end as ssn_conflicts,
            case when s.profile = 'full' then coalesce(abs(l.birth_year::integer - r.birth_year::integer) >= 14, false)
                end as generation_apart,
            l.given is null or r.given is null as given_cut,
            l.family is not null and r.family is not null as family_known,
            case when l.family = r.family or l.family is null or r.family is null then true
                else p_surname_fits(l.family_all, l.family_tokens, l.family, r.family_all, r.family_tokens, r.family)
                end as family_similar,
            case when l.is_wage <> r.is_wage then coalesce(
                if(l.is_wage, l.seen, r.seen) < strptime(coalesce(l.dob, r.dob), '%Y%m%d') + interval 14 year, false)
                else false end as works_as_child,
            case when l.family = r.family then true else list_has_any(l.family_all, r.family_all) end as family_agrees,
            -- The next three are asked where no number is known, and dear.
            case when s.profile <> 'education' then null when l.dob = r.dob then true else
                coalesce(p_date_slip(l.dob, r.dob) or l.birth_day = r.birth_day or l.birth_month = r.birth_month
                    or l.dob = r.birth_year || substr(r.dob, 7, 2) || substr(r.dob, 5, 2)
                    or (l.dob is null or r.dob is null) and l.birth_year = r.birth_year, false) end as birth_agrees,
            case when s.profile <> 'education' then null
                when l.zip = r.zip or l.street = r.street or l.city = r.city then true
                else coalesce(damerau_levenshtein(l.street, r.street) <= 2 and least(len(l.street), len(r.street)) >= 8, false)
                    or coalesce(damerau_levenshtein(l.city, r.city) = 1 and least(len(l.city), len(r.city)) >= 5, false) end
                as residence_agrees,
            case when s.profile <> 'education' then null when l.family = r.family then false
                else coalesce(p_names_swapped(l.given_all, l.family_all, r.given_all, r.family_all), false) end as names_swapped,
            coalesce(l.mi = r.mi, false) as middle_agrees,
            (case when l.dob <> r.dob then not p_date_slip(l.dob, r.dob) else false end
                and l.dob <> r.birth_year || substr(r.dob, 7, 2) || substr(r.dob, 5, 2)
                and l.birth_month <> r.birth_month and l.birth_day <> r.birth_day)
                or ((l.dob is null or r.dob is null) and abs(l.birth_year::integer - r.birth_year::integer) > 1)
                as dob_conflicts,
            l.suffix is not null and r.suffix is not null and l.suffix <> r.suffix
                and not list_contains(['JRII', 'IIJR'], l.suffix || r.suffix) as suffix_conflicts
        from weighed as s join node as l on l.unique_id = s.node_l join node as r on r.unique_id = s.node_r
        where s.is_likely
    ),
    judged as (
        select *, case
            when suffix_conflicts then 'suffix_conflict'
            when works_as_child then 'wages_before_age_14'
            when profile = 'wages' and (ssn_conflicts or (number_missing and not whole_name_agrees)) then 'too_little_known'
            when profile = 'wages' and same_ssn and given_known and not coalesce(given_agrees, false)
                then 'ssn_agrees_given_name_differs'
            when profile = 'wages' and same_ssn and not given_known and middle_differs then 'ssn_agrees_given_name_differs'
            when profile = 'wages' and same_ssn and given_cut and not coalesce(family_similar, false)
                then 'ssn_agrees_initial_only'
            when relatives and profile = 'education' and dob_conflicts
                then 'birth_date_differs_without_ssn'
            when relatives and profile = 'full' and dob_conflicts and ssn_conflicts and generation_apart
                then 'possible_parent_and_child'
            when relatives and given_known and (profile = 'education' or (profile = 'full' and neighbouring_ssn))
                and not coalesce(given_agrees, false) and same_dob and family_agrees then 'possible_twins'
            when profile = 'education' and coalesce(given_agrees, false)::int
                + (names_swapped or (coalesce(family_similar, false) and family_known))::int
                + birth_agrees::int + residence_agrees::int + middle_agrees::int < 3 then 'too_little_known'
        end as veto
        from fact
    )
    -- A veto asks about pairs that would have been linked; what is unlikely and contradicted besides is not worth asking.
    select node_l, node_r, profile, match_weight, match_probability, source_l, source_r,
        coalesce(veto, case when match_probability < {threshold} then 'below_threshold' end) as reason,
        veto is null and match_probability >= {threshold} as is_link
    from judged where veto is null or match_probability >= {threshold}
        or (veto = 'ssn_agrees_given_name_differs' and family_agrees);
    """
