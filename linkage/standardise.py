"""Person records into comparable nodes: cleaned names, name sets, nickname roots, parts of the SSN.

Everything is DuckDB SQL over whole tables. A node is what the models compare: one per record of the spine sources, one
per SSN and given name for wages, whose many spellings would otherwise multiply pairs. What makes a link is not decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.records import check_decisions
from linkage.sources import make_roles

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb
    import pyarrow as pa

PLACEHOLDERS = (
    "UNKNOWN", "UNK", "NONE", "NA", "N A", "NULL", "TEST", "BABY", "BABY GIRL", "BABY BOY", "INFANT", "MALE", "FEMALE",
    "NFN", "NLN", "NMN", "FNU", "LNU", "NO NAME", "NO FIRST NAME", "NO LAST NAME", "XX", "XXX",
)  # fmt: skip
# Written where a given name is not known; some are surnames too, so only given names are cleared of them.
DESCRIPTIONS = (
    "WIFE", "HUSBAND", "SPOUSE", "SON", "DAUGHTER", "GRANDSON", "GRANDDAUGHTER", "GRANDCHILD", "NEPHEW", "NIECE", "COUSIN",
    "MOTHER", "FATHER", "MOM", "DAD", "BROTHER", "FRIEND", "ROOMMATE", "GUEST", "TENANT", "PARTNER", "CHILD", "MINOR", "ADULT",
    "PERSON", "MAN", "WOMAN", "LADY", "GENT", "GENTLEMAN", "BOY", "GIRL", "BABY", "INFANT", "NEWBORN", "TWIN", "MALE", "FEMALE",
    "UNKNOWN", "REFUSED", "RESIDENT", "OF", "THE", "HOUSE",
)  # fmt: skip
SUFFIXES = ("JR", "SR", "II", "III", "IV")
PARTICLES = (
    "DE", "LA", "LAS", "LOS", "DEL", "DA", "DAS", "DO", "DOS", "DI", "DU", "VAN", "VON", "DER", "DEN", "LE", "EL", "AL", "BIN",
    "Y", "SAN", "ST",
)  # fmt: skip

# Left out without a gap: O'NEILL and ONEILL are one surname. Quotation marks, accents, the Hawaiian okina, the stop.
_APOSTROPHES = "''`\u00b4\u2018\u2019\u02bb."


def _quoted(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _macros() -> str:
    return f"""
    create or replace macro p_letters(value) as nullif(trim(regexp_replace(regexp_replace(
        translate(upper(strip_accents(replace(upper(value), 'ß', 'SS'))), 'ØŁĐÞ', 'OLDT'),
        '[{_APOSTROPHES}]', '', 'g'), '[^A-Z]+', ' ', 'g')), '');
    create or replace macro p_name(value) as
        case when list_contains({_quoted(PLACEHOLDERS)}, p_letters(value)) then null else p_letters(value) end;
    create or replace macro p_tokens(value) as coalesce(string_split(p_name(value), ' '), []::varchar[]);
    create or replace macro p_given_tokens(value) as
        case when len(list_filter(p_tokens(value), lambda t: not list_contains({_quoted(DESCRIPTIONS)}, t))) = 0
        then []::varchar[] else p_tokens(value) end;
    create or replace macro p_suffix_of(tokens) as
        case when len(tokens) > 1 and list_contains({_quoted(SUFFIXES)}, tokens[-1]) then tokens[-1] end;
    create or replace macro p_unsuffixed(tokens) as
        case when p_suffix_of(tokens) is null then tokens else tokens[:-2] end;
    create or replace macro p_joined(tokens) as nullif(array_to_string(tokens, ''), '');
    create or replace macro p_significant(tokens) as
        list_filter(tokens, lambda t: len(t) > 2 and not list_contains({_quoted(PARTICLES)}, t));
    create or replace macro p_compact(items) as list_sort(list_distinct(list_filter(items, lambda t: len(t) > 1)));
    -- A surname as some accounts keep it, cut short or mistyped.
    create or replace macro p_family_cut(family_l, family_r) as
        starts_with(family_l, family_r) or starts_with(family_r, family_l)
        or jaro_winkler_similarity(family_l, family_r) >= 0.85;
    -- The same of a name's parts and former forms: ABU MOHAMMED may be kept as ABU MO, GARCIA LOPEZ as LOPEZ.
    create or replace macro p_part_cut(parts, family) as
        len(family) >= 4 and len(list_filter(parts, lambda t: starts_with(t, family) and len(family) <= 6)) > 0;
    create or replace macro p_surname_fits(all_l, tokens_l, family_l, all_r, tokens_r, family_r) as
        p_family_cut(family_l, family_r) or list_has_any(tokens_l, tokens_r) or list_has_any(all_l, all_r)
        or p_part_cut(list_concat(all_l, tokens_l), family_r) or p_part_cut(list_concat(all_r, tokens_r), family_l);
    create or replace macro p_any_near(left_names, right_names) as
        len(list_filter(left_names, lambda x:
            len(list_filter(right_names, lambda y: jaro_winkler_similarity(x, y) >= 0.9)) > 0)) > 0;
    create or replace macro p_names_swapped(given_l, family_l, given_r, family_r) as
        p_any_near(given_l, family_r) and p_any_near(given_r, family_l);
    create or replace macro p_longest_first(name, record) as
        lpad((1000 - len(name))::varchar, 4, '0') || name || lpad(record::varchar, 12, '0');
    -- Two given names that one person may well use: a shared root, one cut short, one mistyped.
    create or replace macro p_given_agrees(all_l, roots_l, given_l, all_r, roots_r, given_r) as
        list_has_any(all_l, all_r) or list_has_any(roots_l, roots_r)
        or jaro_winkler_similarity(given_l, given_r) >= 0.85
        or starts_with(given_l, given_r) or starts_with(given_r, given_l);
    """


def register_nicknames(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the nickname table: `nickname_root(name, roots, nickname_initials)` in upper case."""
    import nicknames

    with nicknames.with_names_csv_path() as path:
        connection.execute(
            """
            create or replace table nickname_pair as
            select distinct p_joined(p_tokens(name1)) as canonical, p_joined(p_tokens(name2)) as nickname
            from read_csv(?, header = true, all_varchar = true) where relationship = 'has_nickname'
            """,
            [str(path)],
        )
    connection.execute(
        """
        create or replace table nickname_root as
        select name, list_sort(list(distinct root) filter (root is not null)) as roots,
            list_sort(list(distinct initial)) as nickname_initials
        from (
            select nickname as name, canonical as root, left(canonical, 1) as initial from nickname_pair
            union all select canonical, null, left(nickname, 1) from nickname_pair
        ) as pair
        group by name
        """
    )


# Numbers follow the sources' own keys, not the random record ids: a rebuilt warehouse breaks ties the same way.
_RECORD = """
create or replace table record as
select row_number() over (order by source, source_key, record_id) as record, * from person_record;
"""

_CLEAN = """
create or replace table cleaned as
with parsed as (
    select
        record, source, source_key,
        -- Spreadsheets drop leading zeros; one digit nine times is no number.
        case when regexp_full_match(ssn, '[0-9 -]{7,11}') and len(regexp_replace(ssn, '[^0-9]', '', 'g')) between 7 and 9
            and not regexp_full_match(ssn, '0+|1+|2+|3+|4+|5+|6+|7+|8+|9+')
            then lpad(regexp_replace(ssn, '[^0-9]', '', 'g'), 9, '0') end as ssn,
        p_given_tokens(first_name) as first_tokens, p_tokens(middle_name) as middle_tokens,
        p_tokens(last_name) as last_tokens, p_given_tokens(preferred_name) as preferred_tokens,
        p_letters(generation_code) as generation,
        list_transform(coalesce(other_first_names, []), lambda n: p_tokens(n)) as other_first,
        list_transform(coalesce(other_last_names, []), lambda n: p_unsuffixed(p_tokens(n))) as other_last,
        -- A pupil's age outside school age says that the date is wrong, whatever else it says.
        case when birthdate > date '1900-01-01' and birthdate <= current_date and not (
            source = 'k12' and first_seen is not null and date_diff('year', birthdate, first_seen) not between 3 and 23
        ) then strftime(birthdate, '%Y%m%d') end as dob,
        case when birthdate is null then coalesce(
            nullif(regexp_extract(birth_year, '(1[89]|20)[0-9]{2}'), ''),
            (year(coalesce(first_seen, date '2000-01-01')) - try_cast(regexp_extract(age, '^ *([0-9]{1,3})', 1) as integer))
                ::varchar) end as year_alone,
        case left(upper(trim(sex)), 1) when 'F' then 'F' when 'M' then 'M' end as sex,
        coalesce(nullif(regexp_extract(zip_code, '[0-9]{5}'), ''), regexp_replace(upper(zip_code), '[^A-Z0-9]', '', 'g')) as zip,
        p_letters(city) as city,
        nullif(trim(regexp_replace(regexp_replace(upper(strip_accents(street_address)), '[^A-Z0-9]+', ' ', 'g'),
            '\b(STREET|ROAD|AVENUE|DRIVE|LANE|COURT|PLACE|BOULEVARD|ST|RD|AVE|DR|LN|CT|PL|BLVD)\b', '', 'g')), '') as street,
        first_seen as seen
    from record
),
named as (
    select *,
        case generation when 'JUNIOR' then 'JR' when 'SENIOR' then 'SR' when '' then null else generation end as code,
        p_unsuffixed(last_tokens) as surname,
        coalesce(middle_tokens[1], case when len(first_tokens) > 1 then first_tokens[2] end) as middle
    from parsed
)
select
    record, source, source_key, ssn, dob, coalesce(left(dob, 4), year_alone) as birth_year, sex, nullif(zip, '') as zip,
    city, street, seen, middle,
    coalesce(case when code in ('JR', 'SR', 'II', 'III', 'IV') then code end, p_suffix_of(last_tokens)) as suffix,
    case when len(first_tokens[1]) > 1 then first_tokens[1] end as given,
    left(first_tokens[1], 1) as fi,
    p_compact(list_concat(first_tokens, [p_joined(first_tokens), p_joined(preferred_tokens)], preferred_tokens[1:1],
        list_transform(other_first, lambda t: t[1]))) as given_all,
    p_joined(surname) as family,
    p_compact(list_concat([p_joined(surname)], list_transform(other_last, lambda t: p_joined(t)))) as family_all,
    p_compact(p_significant(list_concat(surname, flatten(other_last)))) as family_tokens
from named;
"""

# Sets of given names repeat: each distinct one is looked up once.
_ROOTS = """
create or replace table name_set as
select s.given_all, list_sort(list_distinct(list_concat(s.given_all, flatten(list(coalesce(n.roots, [])))))) as roots,
    list_sort(list_distinct(flatten(list(list_concat([left(g.name, 1)], coalesce(n.nickname_initials, [])))))) as initials
from (select distinct given_all from cleaned) as s, unnest(s.given_all) as g(name)
left join nickname_root as n on n.name = g.name
group by s.given_all;
create or replace table person as
select c.*, coalesce(s.roots, []::varchar[]) as roots,
    case when c.fi is null then coalesce(s.initials, []::varchar[])
    else list_sort(list_distinct(list_append(coalesce(s.initials, []::varchar[]), c.fi))) end as initials
from cleaned as c left join name_set as s on s.given_all = c.given_all;
"""

# An SSN under which many differently named people appear stands for "unknown", whatever its digits.
_DUMMY_SSN = """
create or replace table dummy_ssn as
select ssn from person where ssn is not null and given is not null
group by ssn having count(distinct left(given, 1)) > 6 and count(distinct family) > 10;
update person set ssn = null where ssn in (select ssn from dummy_ssn);
"""


_NODE_OF = """
    create or replace table node_of as
    with wage as (select * from person semi join wage_source using (source) where ssn is not null),
    anchor as (
        select ssn, fi, arg_min(given, p_longest_first(given, record)) as given,
            arg_min(given_all, p_longest_first(given, record)) as given_all,
            arg_min(roots, p_longest_first(given, record)) as roots
        from wage where given is not null group by ssn, fi
    ),
    named as (
        select w.record, w.ssn, w.fi, w.family, w.family_all, w.family_tokens, w.ssn || '|' || case
            when p_given_agrees(w.given_all, w.roots, w.given, a.given_all, a.roots, a.given) then w.fi else w.given
            end as node_key
        from wage as w join anchor as a on a.ssn = w.ssn and a.fi = w.fi where w.given is not null
    ),
    -- An initial alone says little: it joins a whole name only by a surname that the whole name was given with.
    initial as (
        select w.record, any_value(w.ssn || '|' || w.fi || '?' || coalesce(w.family, '')) as own_key,
            case when count(distinct n.node_key) = 1 then min(n.node_key) end as named_key
        from wage as w left join (select distinct ssn, fi, family, family_all, family_tokens, node_key from named) as n
            on n.ssn = w.ssn and n.fi = w.fi
            and p_surname_fits(n.family_all, n.family_tokens, n.family, w.family_all, w.family_tokens, w.family)
        where w.given is null and w.fi is not null group by w.record
    ),
    keyed as (
        select record, node_key from named
        union all select record, coalesce(named_key, own_key) from initial
        union all select record, ssn || '|?' || coalesce(family, '') from wage where fi is null
    )
    select record, min(record) over (partition by node_key) as node from keyed
    union all
    select record, record as node from person
    where ssn is null or source not in (select source from wage_source);
"""

_NODE = """
    create or replace table node as
    with repeated as (select node from node_of group by node having count(*) > 1),
    folded as (
        select n.node, any_value(p.source) as source, min(p.source_key) as source_key, any_value(p.ssn) as ssn,
            arg_min(p.given, p_longest_first(p.given, p.record)) as given, min(p.fi) as fi,
            coalesce(min(p.middle) filter (len(p.middle) > 1), min(p.middle)) as middle,
            list_sort(list_distinct(flatten(list(p.given_all)))) as given_all,
            list_sort(list_distinct(flatten(list(p.roots)))) as roots,
            list_sort(list_distinct(flatten(list(p.initials)))) as initials,
            arg_min(p.family, p_longest_first(p.family, p.record)) as family,
            list_sort(list_distinct(flatten(list(p.family_all)))) as family_all,
            list_sort(list_distinct(flatten(list(p.family_tokens)))) as family_tokens,
            min(p.suffix) as suffix, min(p.dob) as dob, min(p.sex) as sex, min(p.zip) as zip,
            min(p.birth_year) as birth_year, min(p.city) as city, min(p.street) as street, min(p.seen) as seen
        from repeated join node_of as n using (node) join person as p on p.record = n.record group by n.node
    ),
    merged as (
        from folded union all by name
        select record as node, source, source_key, ssn, given, fi, middle, given_all, roots, initials, family, family_all,
            family_tokens, suffix, dob, sex, zip, birth_year, city, street, seen
        from person join node_of using (record) anti join repeated using (node)
    )
    select
        node as unique_id, source, source in (select source from wage_source) as is_wage,
        ssn, right(ssn, 4) as ssn4, left(ssn, 5) as ssn5,
        false as ssn_shared, given, fi, middle, left(middle, 1) as mi, given_all, roots, initials,
        family, family_all, family_tokens, left(family, 6) as last6, left(family, 1) as li, suffix,
        dob, birth_year, left(dob, 6) as birth_month, right(dob, 4) as birth_day, sex, zip, city, street, seen,
        -- One person holds one record per slot: the agency issues one identifier, an institution one per student.
        case when s.by_institution then source || split_part(source_key, '|', 1) when s.source is not null then source end as slot
    from merged left join single_source as s using (source) order by node;
"""


_SHARED_SSN = """
create or replace table shared_ssn as
select distinct l.ssn from node as l join node as r on l.ssn = r.ssn and l.unique_id < r.unique_id
where l.given is not null and r.given is not null
    and l.given <> r.given and not p_given_agrees(l.given_all, l.roots, l.given, r.given_all, r.roots, r.given)
    and not coalesce(l.given = r.middle or r.given = l.middle, false)
    and damerau_levenshtein(l.given, r.given) > 1
    and not p_names_swapped(l.given_all, l.family_all, r.given_all, r.family_all)
    and not coalesce(l.mi = r.mi and p_surname_fits(
        l.family_all, l.family_tokens, l.family, r.family_all, r.family_tokens, r.family), false)
    -- One birth date under one number is one person, whatever the given name.
    and not coalesce(damerau_levenshtein(l.dob, r.dob) <= 1, false);
update node set ssn_shared = true where ssn in (select ssn from shared_ssn);
create or replace table spine as select * from node where not is_wage;
create or replace table wages as select * from node where is_wage and ssn is not null;
"""


# People keep two spellings under one SSN apart: the later record becomes a node of its own.
_SPLIT_FOLDS = """
update node_of set node = record from (
    select distinct greatest(l.record, r.record) as apart from decided_apart as d
    join node_of as l on l.record = d.record_l join node_of as r on r.record = d.record_r where l.node = r.node
) as split where node_of.record = split.apart;
"""


def _decided(name: str) -> str:
    return f"""
    create or replace table decided_{name} as
    select distinct l.record as record_l, r.record as record_r from decision_{name} as d
    join record as l on l.record_id = d.record_id_l join record as r on r.record_id = d.record_id_r
    where l.record <> r.record;
    """


def standardise(
    connection: duckdb.DuckDBPyConnection,
    records: pa.Table,
    must_link: pa.Table | None = None,
    cannot_link: pa.Table | None = None,
    single_record_sources: Collection[str] | None = None,
) -> None:
    """Make the tables `record`, `person`, `node_of`, `node`, `spine` and `wages` from checked person records.

    People's decisions, pairs of record ids, become `decided_together` and `decided_apart`; those about records that are
    not here are left out.
    """
    connection.execute(_macros())
    register_nicknames(connection)
    connection.register("person_record", records)
    connection.execute(_RECORD)
    connection.unregister("person_record")
    for name, pairs in (("together", must_link), ("apart", cannot_link)):
        connection.register(f"decision_{name}", check_decisions(pairs))
        connection.execute(_decided(name))
        connection.unregister(f"decision_{name}")
    for statement in (_CLEAN, _ROOTS, _DUMMY_SSN):
        connection.execute(statement)
    make_roles(connection, single_record_sources)
    for statement in (_NODE_OF, _SPLIT_FOLDS, _NODE, _SHARED_SSN):
        connection.execute(statement)
    connection.execute("drop table cleaned; drop table name_set")
