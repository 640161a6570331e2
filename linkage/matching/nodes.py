"""Nodes, which the models compare: one per record of the spine sources, one per SSN and given name for wages.

Unfolded, the many spellings of a wage account would multiply pairs. Cleaning comes before (`cleaning`).
"""

NODE_OF = """
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
    initial as (from wage where given is null and fi is not null),
    -- Not one outer join: with a condition that is no equation it would compare everything with everything.
    fitting as (
        select w.record, min(n.node_key) as named_key
        from initial as w join (select distinct ssn, fi, family, family_all, family_tokens, node_key from named) as n
            on n.ssn = w.ssn and n.fi = w.fi
        where p_surname_fits(n.family_all, n.family_tokens, n.family, w.family_all, w.family_tokens, w.family)
        group by w.record having min(n.node_key) = max(n.node_key)
    ),
    keyed as (
        select record, node_key from named
        union all select record, coalesce(f.named_key, w.ssn || '|' || w.fi || '?' || coalesce(w.family, ''))
            from initial as w left join fitting as f using (record)
        union all select record, ssn || '|?' || coalesce(family, '') from wage where fi is null
    )
    select record, min(record) over (partition by node_key) as node from keyed
    union all
    select record, record as node from person
    where ssn is null or source not in (select source from wage_source);
"""

NODE = """
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
    from merged left join single_source as s using (source);
"""


SHARED_SSN = """
create or replace table shared_ssn as
select distinct l.ssn from node as l join node as r on l.ssn = r.ssn and l.unique_id < r.unique_id
where l.given is not null and r.given is not null
    and l.given <> r.given and not p_given_agrees(l.given_all, l.roots, l.given, r.given_all, r.roots, r.given)
    and not coalesce(l.given = r.middle or r.given = l.middle, false)
    and damerau_levenshtein(l.given, r.given) > 1
    and not p_names_swapped(l.given_all, l.family_all, r.given_all, r.family_all)
    and not coalesce(l.mi = r.mi and p_given_near(l.given, r.given) and p_surname_fits(
        l.family_all, l.family_tokens, l.family, r.family_all, r.family_tokens, r.family), false)
    -- One birth date under one number is one person, whatever the given name.
    and not coalesce(p_date_slip(l.dob, r.dob), false);
update node set ssn_shared = true where ssn in (select ssn from shared_ssn);
create or replace view spine as select * from node where not is_wage;
create or replace view wages as select * from node where is_wage and ssn is not null;
"""


# People keep two spellings under one SSN apart: the later record becomes a node of its own.
SPLIT_FOLDS = """
update node_of set node = record from (
    select distinct greatest(l.record, r.record) as apart from decided_apart as d
    join node_of as l on l.record = d.record_l join node_of as r on r.record = d.record_r where l.node = r.node
) as split where node_of.record = split.apart;
"""
