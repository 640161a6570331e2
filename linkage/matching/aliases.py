"""Names that wages know of a person whose number another source holds.

A record without number and a wage record are never compared: what wages know of somebody's names must reach the one through who
shares the number with the other. Wages have the married name first, and the right spelling of one that an office misspelt. Only
records of one SSN are looked at, so that an increment finds what a full run finds.
"""

# Numbers are lent and borrowed, most of all in households, whose members share surnames and, one in ten, an initial. So a given
# name must agree, or be near with the same surname and no other middle initial; where one is missing, the initials must agree.
ALIASES = """
create or replace temp macro p_joined_lists(one, other) as
    case when len(other) > 0 then list_sort(list_distinct(list_concat(one, other))) else one end;
create or replace temp table alias as
with told as materialized (
    select s.unique_id, w.unique_id as wage,
        coalesce(not list_contains(s.given_all, w.given) and not starts_with(s.given, w.given), w.given is not null) as new_given,
        coalesce(not list_contains(s.family_all, w.family) and not starts_with(s.family, w.family), w.family is not null)
            as new_family,
        s.mi is null and w.mi is not null as new_mi
    from node as s join node as w on w.ssn = s.ssn where not s.is_wage and w.is_wage
        and (new_given or new_family or new_mi)
)
select t.unique_id, t.wage, w.given, w.mi, w.family, case when new_given then w.given_all end as given_all,
    case when new_given then w.roots end as roots, case when new_given then w.initials end as initials,
    case when new_family then w.family_all end as family_all, case when new_family then w.family_tokens end as family_tokens
from told as t join node as s using (unique_id) join node as w on w.unique_id = t.wage
where case
    when s.given = w.given then true
    when not coalesce(s.mi = w.mi, true) then false
    when list_has_any(s.given_all, w.given_all) or list_has_any(s.roots, w.roots) then true
    when s.given is null or w.given is null
        then list_has_any(s.family_all, w.family_all) and (s.mi = w.mi or s.fi = w.fi)
    when list_has_any(s.family_all, w.family_all)
        then (s.mi = w.mi and p_given_near(s.given, w.given)) or p_name_slip(s.given, w.given)
    else s.mi = w.mi and p_name_slip(s.given, w.given) end;
-- Who people keep apart lend each other no names.
delete from alias using decided_apart as d, node_of as l, node_of as r where l.record = d.record_l and r.record = d.record_r
    and ((alias.unique_id = l.node and alias.wage = r.node) or (alias.unique_id = r.node and alias.wage = l.node));
create or replace temp table borne as
with lent as (
    select unique_id, arg_min(given, p_longest_first(given, 0)) as given, arg_min(family, p_longest_first(family, 0)) as family,
        case when min(mi) = max(mi) then min(mi) end as mi, flatten(list(given_all)) as given_all, flatten(list(roots)) as roots,
        flatten(list(initials)) as initials, flatten(list(family_all)) as family_all,
        flatten(list(family_tokens)) as family_tokens
    from alias group by unique_id
)
select n.* replace (
    coalesce(n.given, case when coalesce(n.fi, left(b.given, 1)) = left(b.given, 1) then b.given end) as given,
    coalesce(n.fi, left(b.given, 1)) as fi, coalesce(n.middle, b.mi) as middle, coalesce(n.mi, b.mi) as mi,
    coalesce(n.family, b.family) as family, coalesce(n.last6, left(b.family, 6)) as last6,
    coalesce(n.li, left(b.family, 1)) as li,
    p_joined_lists(n.given_all, b.given_all) as given_all, p_joined_lists(n.roots, b.roots) as roots,
    p_joined_lists(n.initials, b.initials) as initials, p_joined_lists(n.family_all, b.family_all) as family_all,
    p_joined_lists(n.family_tokens, b.family_tokens) as family_tokens)
from lent as b join node as n using (unique_id);
-- Far cheaper than an update, which would write the lists of these rows anew one by one.
delete from node where unique_id in (select unique_id from borne);
insert into node by name from borne;
drop table alias; drop table borne;
"""
