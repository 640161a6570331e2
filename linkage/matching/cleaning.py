"""Person records cleaned: letters, name sets, nickname roots, valid numbers and dates, and the words that say nothing.

Which records fold into one node is decided in `nodes`; what makes a link, in `predict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PLACEHOLDERS = (
    "UNKNOWN", "UNK", "NONE", "NA", "N A", "NULL", "TEST", "BABY", "BABY GIRL", "BABY BOY", "INFANT", "MALE", "FEMALE",
    "NFN", "NLN", "NMN", "FNU", "LNU", "NO NAME", "NO FIRST NAME", "NO LAST NAME", "XX", "XXX",
)  # fmt: skip
# Written where a given name is not known, alone or with a letter that counts, such as Child A; some are surnames too, so only
# given and middle names are cleared of them.
DESCRIPTIONS = (
    "WIFE", "HUSBAND", "SPOUSE", "SON", "DAUGHTER", "GRANDSON", "GRANDDAUGHTER", "GRANDCHILD", "NEPHEW", "NIECE", "COUSIN",
    "MOTHER", "FATHER", "MOM", "DAD", "BROTHER", "FRIEND", "ROOMMATE", "GUEST", "TENANT", "PARTNER", "CHILD", "MINOR", "ADULT",
    "PERSON", "MAN", "WOMAN", "LADY", "GENT", "GENTLEMAN", "BOY", "GIRL", "BABY", "INFANT", "NEWBORN", "TWIN", "MALE", "FEMALE",
    "UNKNOWN", "REFUSED", "RESIDENT", "OF", "THE", "HOUSE", "MR", "MRS", "MS", "MISS", "SIR", "MADAM", "SENOR", "SENORA",
    "SENORITA", "ONE", "TWO", "THREE", "OLDER", "YOUNGER", "OLDEST", "YOUNGEST", "ELDEST", "RESPONDENT", "REF", "REFERENCE",
    "DECLINED", "HH", "HHM", "HOUSEHOLD", "HOUSEHOLDER", "MEMBER", "OCCUPANT", "LODGER", "BOARDER", "AUNT", "UNCLE", "SISTER",
    "GRANDMOTHER", "GRANDFATHER", "STEPSON", "STEPDAUGHTER", "KID", "TEEN", "TEENAGER", "NO", "NOT", "NAME", "GIVEN", "INFO",
    "INFORMATION", "ANONYMOUS", "DK", "AND", "OTHER", "COH", "DOH", "GOH", "HOH", "LOH", "MOH", "SOH", "HIJO", "HIJA", "NINO",
    "NINA", "BEBE", "MADRE", "PADRE", "MAMA", "ESPOSA", "ESPOSO", "INMATE", "PATIENT", "CLIENT", "VISITOR", "GENTELMAN",
)  # fmt: skip
# The same in a surname's place; words that are surnames too, such as Son or Child, are left alone.
SURNAME_DESCRIPTIONS = (
    "WIFE", "HUSBAND", "DAUGHTER", "GRANDSON", "GRANDDAUGHTER", "GRANDCHILD", "NEPHEW", "NIECE", "MOTHER", "FATHER", "SISTER",
    "BROTHER", "ROOMMATE", "INFANT", "NEWBORN", "GIRL", "LADY", "WOMAN", "RESPONDENT", "REF", "REFERENCE", "REFUSED", "DECLINED",
    "HH", "HHM", "HOUSEHOLD", "HOUSEHOLDER", "OCCUPANT", "RESIDENT", "INFORMATION", "ANONYMOUS", "DK", "OF", "THE", "NO", "NOT",
    "NAME", "GIVEN", "MR", "MRS", "MISS", "SENOR", "SENORA", "FEMALE", "MALE", "MINOR", "ADULT", "COH", "DOH", "GOH", "HOH",
    "HIJO", "HIJA", "ESPOSA", "ESPOSO", "INMATE", "PATIENT",
)  # fmt: skip
SUFFIXES = ("JR", "SR", "II", "III", "IV")
PARTICLES = (
    "DE", "LA", "LAS", "LOS", "DEL", "DA", "DAS", "DO", "DOS", "DI", "DU", "VAN", "VON", "DER", "DEN", "LE", "EL", "AL", "BIN",
    "Y", "SAN", "ST",
)  # fmt: skip

_STREETS = "STREET|ROAD|AVENUE|DRIVE|LANE|COURT|PLACE|BOULEVARD|CIRCUIT|CRESCENT|CLOSE|TERRACE|HIGHWAY|PARKWAY|CIRCLE"
_STREETS_SHORT = "ST|RD|AVE|DR|LN|CT|PL|BLVD|CRES|TER|HWY|PKWY|CIR"

# Left out without a gap: O'NEILL and ONEILL are one surname. Quotation marks, accents, the Hawaiian okina, the stop; and digits,
# of which names have none: AN9ELIA is one name with a slip in it, not two.
_APOSTROPHES = "''`\u00b4\u2018\u2019\u02bb.0-9"

_PAIRS_IN_BOTH = " + ".join(f"contains(ssn_r, substr(ssn_l, {place}, 2))::int" for place in range(1, 9))


def _quoted(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def macros() -> str:
    """The vocabulary of names as SQL: letters, tokens, suffixes, and which names fit each other."""
    return f"""
    create or replace macro p_letters(value) as nullif(trim(regexp_replace(regexp_replace(
        translate(upper(strip_accents(replace(upper(value), 'ß', 'SS'))), 'ØŁĐÞ', 'OLDT'),
        '[{_APOSTROPHES}]', '', 'g'), '[^A-Z]+', ' ', 'g')), '');
    create or replace macro p_words(letters) as case when list_contains({_quoted(PLACEHOLDERS)}, letters) then []::varchar[]
        else coalesce(string_split(letters, ' '), []::varchar[]) end;
    create or replace macro p_tokens(value) as p_words(p_letters(value));
    create or replace macro p_given_tokens(tokens) as case when len(tokens) > 0
        and len(list_filter(tokens, lambda t: not list_contains({_quoted(DESCRIPTIONS)}, t) and len(t) > 1)) = 0
        and list_has_any(tokens, {_quoted(DESCRIPTIONS)}) then []::varchar[] else tokens end;
    create or replace macro p_family_tokens(tokens) as case when len(tokens) > 0
        and len(list_filter(tokens, lambda t: not list_contains({_quoted(SURNAME_DESCRIPTIONS)}, t))) = 0
        then []::varchar[] else tokens end;
    create or replace macro p_suffix_of(tokens) as
        case when len(tokens) > 1 and list_contains({_quoted(SUFFIXES)}, tokens[-1]) then tokens[-1] end;
    create or replace macro p_unsuffixed(tokens) as
        case when p_suffix_of(tokens) is null then tokens else tokens[:-2] end;
    -- Without blanks, which slip in and out, and without the kind of street at the end, which has many spellings: a word of its
    -- own, or one whose blank was lost. Elsewhere it belongs to the name: Court Street, St Marys. A number is no street.
    create or replace macro p_streetlike(value) as regexp_replace(replace(regexp_replace(regexp_replace(
        upper(strip_accents(value)), '[^A-Z0-9]+', ' ', 'g'), ' ({_STREETS}|{_STREETS_SHORT}) ?$', ''), ' ', ''),
        '({_STREETS})$', '');
    create or replace macro p_street(value) as
        case when regexp_matches(p_streetlike(value), '[A-Z]{{2}}') then p_streetlike(value) end;
    -- One digit wrong, left out or too many, two digits in each other's place; a lost first digit was made up for by a zero.
    -- Counting edits is dear: of nine digits that two slips part, at least two of eight pairs of neighbours are in both.
    create or replace macro p_ssn_slips(ssn_l, ssn_r) as case when {_PAIRS_IN_BOTH} < 2 then 9
        else least(damerau_levenshtein(ssn_l, ssn_r),
            case when starts_with(ssn_l, '0') then damerau_levenshtein(ltrim(ssn_l, '0'), ssn_r) end,
            case when starts_with(ssn_r, '0') then damerau_levenshtein(ssn_l, ltrim(ssn_r, '0')) end) end;
    -- The same of birth dates, which are eight digits: none can be left out, so two that differ must be neighbours.
    create or replace macro p_date_slip(dob_l, dob_r) as case when hamming(dob_l, dob_r) <= 1 then true
        when hamming(dob_l, dob_r) = 2 then damerau_levenshtein(dob_l, dob_r) <= 1 when dob_l is not null and dob_r is not null
        then false end;
    -- Two spellings that only a slip or two tell apart.
    create or replace macro p_name_slip(name_l, name_r) as
        (damerau_levenshtein(name_l, name_r) <= 1 and least(len(name_l), len(name_r)) >= 4)
        or (damerau_levenshtein(name_l, name_r) <= 2 and least(len(name_l), len(name_r)) >= 6);
    -- At most every second letter another one: near enough where number and surname agree.
    create or replace macro p_given_near(given_l, given_r) as
        2 * damerau_levenshtein(given_l, given_r) <= greatest(len(given_l), len(given_r));
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
    -- Cut short and mistyped besides: JUAARE for JUAREZ.
    create or replace macro p_part_cut_slip(parts, family) as
        len(family) >= 5 and len(list_filter(parts, lambda t: len(t) >= 5 and (
            damerau_levenshtein(left(t, len(family)), family) <= 1 or damerau_levenshtein(left(t, len(family) - 1), family) <= 1
            or damerau_levenshtein(left(t, len(family) + 1), family) <= 1))) > 0;
    create or replace macro p_surname_fits(all_l, tokens_l, family_l, all_r, tokens_r, family_r) as
        case when p_family_cut(family_l, family_r) or list_has_any(tokens_l, tokens_r) or list_has_any(all_l, all_r)
            or p_part_cut(list_concat(all_l, tokens_l), family_r) or p_part_cut(list_concat(all_r, tokens_r), family_l) then true
        -- Dear, and asked of the few that nothing else makes alike.
        when left(family_l, 1) = left(family_r, 1) or len(tokens_l) > 1 or len(tokens_r) > 1 then
            p_part_cut_slip(list_concat(all_l, tokens_l), family_r) or p_part_cut_slip(list_concat(all_r, tokens_r), family_l)
        when family_l is not null and family_r is not null then false end;
    create or replace macro p_any_near(left_names, right_names) as
        len(list_filter(left_names, lambda x:
            len(list_filter(right_names, lambda y: jaro_winkler_similarity(x, y) >= 0.9)) > 0)) > 0;
    create or replace macro p_names_swapped(given_l, family_l, given_r, family_r) as
        p_any_near(given_l, family_r) and p_any_near(given_r, family_l);
    create or replace macro p_longest_first(name, record) as
        lpad((1000 - len(name))::varchar, 4, '0') || name || lpad(record::varchar, 19, '0');
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


# A record's number follows from the source's own key: a rebuilt warehouse breaks ties the same way, and a later run knows the
# record again. Only where a source uses a key twice must the random record id tell which is which.
_NUMBER = """
(md5_number_lower(p.source || '|' || p.source_key || if(t.source is null, '', '|' || p.record_id)) >> 1)::bigint
"""
_KEY_TWICE = "(select source, source_key from person_record group by all having count(*) > 1)"

RECORD = f"""
create or replace table record as
select {_NUMBER} as record, p.*, d.digest from person_record as p
join record_digest as d using (record_id) left join {_KEY_TWICE} as t using (source, source_key);
"""

NEW_RECORD = f"""
create or replace table record as
with new as (select p.*, f.digest from fresh as f join person_record as p using (record_id)),
known as (select record, source, source_key from kept.record semi join new using (source, source_key)),
twice as (
    select source, source_key from (
        select source, source_key from new
        union all select source, source_key from known where record not in (select record from gone_record)
    ) group by all having count(*) > 1
)
select {_NUMBER} as record, p.* from new as p left join twice as t using (source, source_key);
"""

# When pupils were seen is not always told. Then nine in ten of them say when the others can have been born.
SCHOOL_YEARS = """
create or replace table school_years as
select case when count(*) >= 100 then quantile_disc(year(birthdate), 0.05) - 10 else 0 end as earliest,
    case when count(*) >= 100 then quantile_disc(year(birthdate), 0.95) + 10 else 9999 end as latest
from person_record where source = 'k12' and first_seen is null and birthdate is not null
"""

# Names repeat: what can be said of a name alone is said once of each distinct one.
CLEAN = """
create or replace table given_name as
with lettered as (
    select *, p_letters(first_name) as first_letters, p_letters(preferred_name) as preferred_letters
    from (select distinct first_name, preferred_name, other_first_names from record)
),
worded as (select *, p_words(first_letters) as first_words, p_words(preferred_letters) as preferred_words from lettered),
parsed as (
    select first_name, preferred_name, other_first_names, p_given_tokens(first_words) as first_tokens,
        p_given_tokens(preferred_words) as preferred_tokens,
        list_transform(coalesce(other_first_names, []), lambda n: p_tokens(n)) as other_first
    from worded
)
select first_name, preferred_name, other_first_names,
    case when len(first_tokens) > 1 then first_tokens[2] end as second,
    case when len(first_tokens[1]) > 1 then first_tokens[1] end as given,
    left(first_tokens[1], 1) as fi,
    p_compact(list_concat(first_tokens, [p_joined(first_tokens), p_joined(preferred_tokens)], preferred_tokens[1:1],
        list_transform(other_first, lambda t: t[1]))) as given_all
from parsed;
create or replace table family_name as
with lettered as (
    select *, p_letters(last_name) as last_letters from (select distinct last_name, other_last_names from record)
),
worded as (select *, p_words(last_letters) as last_words from lettered),
parsed as (
    select last_name, other_last_names, p_family_tokens(last_words) as last_tokens,
        list_transform(coalesce(other_last_names, []), lambda n: p_unsuffixed(p_tokens(n))) as other_last
    from worded
),
named as (select *, p_unsuffixed(last_tokens) as surname from parsed)
select last_name, other_last_names, p_suffix_of(last_tokens) as suffix,
    -- One letter is a surname cut short: it agrees with nobody's and says nothing against.
    case when len(p_joined(surname)) > 1 then p_joined(surname) end as family,
    p_compact(list_concat([p_joined(surname)], list_transform(other_last, lambda t: p_joined(t)))) as family_all,
    p_compact(p_significant(list_concat(surname, flatten(other_last)))) as family_tokens
from named;
create or replace table middle_name as
select middle_name, p_given_tokens(p_tokens(middle_name))[1] as middle from (select distinct middle_name from record);
create or replace table cleaned as
with parsed as (
    select
        record, source, source_key, first_name, preferred_name, other_first_names, last_name, other_last_names, middle_name,
        -- Spreadsheets drop leading zeros; one digit nine times is no number; ten digits may be nine and a slip.
        case when regexp_full_match(ssn, '[0-9 -]{7,12}') and len(regexp_replace(ssn, '[^0-9]', '', 'g')) between 7 and 10
            and not regexp_full_match(ssn, '0+|1+|2+|3+|4+|5+|6+|7+|8+|9+')
            then repeat('0', 9 - len(regexp_replace(ssn, '[^0-9]', '', 'g'))) || regexp_replace(ssn, '[^0-9]', '', 'g')
            end as ssn,
        p_letters(generation_code) as generation,
        -- A pupil's age outside school age says that the date is wrong, whatever else it says.
        case when birthdate > date '1900-01-01' and birthdate <= current_date and not (
            source = 'k12' and case when first_seen is null then year(birthdate) not between a.earliest and a.latest
                else date_diff('year', birthdate, first_seen) not between 3 and 23 end
        ) then strftime(birthdate, '%Y%m%d') end as dob,
        case when birthdate is null then coalesce(
            nullif(regexp_extract(birth_year, '(1[89]|20)[0-9]{2}'), ''),
            (year(coalesce(first_seen, date '2000-01-01')) - try_cast(regexp_extract(age, '^ *([0-9]{1,3})', 1) as integer))
                ::varchar) end as year_alone,
        case left(upper(trim(sex)), 1) when 'F' then 'F' when 'M' then 'M' end as sex,
        coalesce(nullif(regexp_extract(zip_code, '[0-9]{5}'), ''), regexp_replace(upper(zip_code), '[^A-Z0-9]', '', 'g')) as zip,
        p_letters(city) as city,
        p_street(street_address) as street,
        first_seen as seen
    from record cross join school_years as a
),
coded as (
    select *, case generation when 'JUNIOR' then 'JR' when 'SENIOR' then 'SR' when '' then null else generation end as code
    from parsed
)
select
    record, source, source_key, ssn, dob, coalesce(left(dob, 4), year_alone) as birth_year, sex, nullif(zip, '') as zip,
    city, street, seen, coalesce(m.middle, g.second) as middle,
    coalesce(case when code in ('JR', 'SR', 'II', 'III', 'IV') then code end, f.suffix) as suffix,
    g.given, g.fi, g.given_all, f.family, f.family_all, f.family_tokens
from coded as c
join given_name as g on g.first_name is not distinct from c.first_name
    and g.preferred_name is not distinct from c.preferred_name
    and g.other_first_names is not distinct from c.other_first_names
join family_name as f on f.last_name is not distinct from c.last_name
    and f.other_last_names is not distinct from c.other_last_names
join middle_name as m on m.middle_name is not distinct from c.middle_name;
"""

# Sets of given names repeat: each distinct one is looked up once.
ROOTS = """
create or replace table name_set as
select s.given_all, list_sort(list_distinct(list_concat(s.given_all, flatten(list(coalesce(n.roots, [])))))) as roots,
    list_sort(list_distinct(flatten(list(list_concat([left(g.name, 1)], coalesce(n.nickname_initials, [])))))) as initials
from (select distinct given_all from cleaned) as s, unnest(s.given_all) as g(name)
left join nickname_root as n on n.name = g.name
group by s.given_all;
create or replace table person as
select c.*, c.ssn as ssn_written, coalesce(s.roots, []::varchar[]) as roots,
    case when c.fi is null then coalesce(s.initials, []::varchar[])
    else list_sort(list_distinct(list_append(coalesce(s.initials, []::varchar[]), c.fi))) end as initials
from cleaned as c left join name_set as s on s.given_all = c.given_all;
"""

# An SSN under which many differently named people appear stands for "unknown", whatever its digits.
DUMMY_SSN = """
create or replace table dummy_ssn as
select ssn_written as ssn from {people} where ssn_written is not null and given is not null
group by ssn_written having count(distinct left(given, 1)) > 6 and count(distinct family) > 10;
update person set ssn = null where ssn in (select ssn from dummy_ssn);
"""
