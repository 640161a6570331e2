"""Person records of a synthetic state of any size, straight from its people's lives, and who stands behind each.

A state of a million learners takes minutes this way; its files, loaded and staged, would take hours. What agencies write down
of a person is what the files would hold, a record with one description instead of one for each year.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import AS_OF, day
from ingest.synthetic.keys import identifiers
from ingest.synthetic.life import Life, Setting, live, make_setting
from ingest.synthetic.parameters import Parameters
from ingest.synthetic.renditions import BRIDGE, K12, POSTSECONDARY, WORKFORCE, Profile, render
from ingest.synthetic.state import block_sizes
from ingest.synthetic.writers.bridge import coverage
from ingest.synthetic.writers.demographics import SEXES
from ingest.synthetic.writers.wages import WageNames, identity_codes
from linkage.records import record_schema


def state_records(learners: int, seed: int = 20) -> tuple[pa.Table, pa.Table]:
    """Return the person records of a state, and for each of them its person (record_id, source, source_key, person)."""
    parameters = Parameters()
    setting = make_setting(parameters, learners, seed)
    blocks, first = [], 0
    for number, size in enumerate(block_sizes(learners, parameters.block_size)):
        rng = np.random.default_rng([seed, 1, number])
        life = live(rng, setting, first=first, learners=size)
        first += len(life.people)
        blocks += [*_people(rng, setting, life), _wages(rng, setting, life)]
    whole = pa.concat_tables(blocks, promote_options="default")
    # Two persons under one number and name are one wage record.
    _, places = np.unique(whole["source_key"].combine_chunks().dictionary_encode().indices, return_index=True)
    whole = whole.take(pa.array(np.sort(places)))
    record_id = pa.array(np.arange(whole.num_rows)).cast(pa.string())
    whole = whole.append_column("record_id", record_id)
    return _in_contract(whole), whole.select(["record_id", "source", "source_key", "person"])


def _people(rng: np.random.Generator, setting: Setting, life: Life) -> list[pa.Table]:
    """Return a block's records of schools, colleges, workforce programs and the license office."""
    people, seed = life.people, setting.seed
    pupils = np.unique(life.schooling.enrollments["person"])
    students = np.unique(life.college.enrollments["person"])
    clients = np.unique(life.periods["person"])
    here = rng.random(len(people)) < coverage(setting.parameters.identity, people)
    holders = np.flatnonzero(here & (people.birth + 365.25 * 16 <= int(day(2025, 1, 1))))
    colleges = pa.array([f"{100_654 + place}" for place in range(20)]).take(
        pa.array(people.person[students] % 20)
    )
    number = identifiers(people.person[students], "", seed)
    return [
        _records(rng, life, setting, "k12", K12, pupils, identifiers(people.person[pupils], "1", seed)),
        _records(rng, life, setting, "postsecondary", POSTSECONDARY, students,
                 pc.binary_join_element_wise(colleges, number, "|")),
        _records(rng, life, setting, "wioa", WORKFORCE, clients, identifiers(people.person[clients], "WF", seed), married=True),
        _records(rng, life, setting, "bridge", BRIDGE, holders, identifiers(people.person[holders], "D", seed), married=True),
    ]  # fmt: skip


def _records(
    rng: np.random.Generator, life: Life, setting: Setting, source: str, profile: Profile, who: Array, keys: pa.Array,
    *, married: bool = False,
) -> pa.Table:  # fmt: skip
    """Return one record for each of these persons, by an agency that hears of marriages or does not."""
    people = life.people
    known = render(rng, people, setting.names, profile, who, on=np.full(len(who), AS_OF) if married else None)
    former = known.former_last
    return pa.table(
        {
            "source": pa.repeat(source, len(who)),
            "source_key": keys,
            "person": pa.array(people.person[who].astype(np.int64)),
            "ssn": known.ssn,
            "first_name": known.first,
            "middle_name": known.middle,
            "last_name": known.last,
            "generation_code": known.suffix,
            "preferred_name": known.preferred,
            "birthdate": pa.array(known.birth).cast(pa.date32()),
            "sex": pa.array(SEXES, pa.string()).take(pa.array(known.sex)),
            "zip_code": known.zip_code,
            "other_last_names": pa.ListArray.from_arrays(
                pa.array(
                    np.concatenate([[0], np.cumsum(former.is_valid().to_numpy(zero_copy_only=False))]),
                    pa.int32(),
                ),
                former.drop_null(),
            ),
        }
    )


def _wages(rng: np.random.Generator, setting: Setting, life: Life) -> pa.Table:
    """Return a block's wage records: a number with a name as employers wrote it, however many quarters it was paid."""
    names = WageNames(rng, life.people, setting.names)
    codes = np.unique(
        np.concatenate([np.unique(identity_codes(rows, setting.employers)) for rows in life.quarters()])
    )
    person, keys = names.keys(codes)
    parts = pc.split_pattern(keys, "|")
    ssn, last, first, middle = (pc.list_element(parts, place) for place in range(4))
    named = {"ssn": ssn, "last_name": last, "first_name": first, "middle_name": middle}
    return pa.table(
        {
            "source": pa.repeat("ui", len(codes)),
            "source_key": keys,
            "person": pa.array(life.people.person[person].astype(np.int64)),
        }
        | {name: pc.if_else(pc.equal(values, ""), None, values) for name, values in named.items()}
    )


def _in_contract(records: pa.Table) -> pa.Table:
    """Return the records in the columns of the contract; what a synthetic agency does not know is not known."""
    unknown = {
        field.name: pa.nulls(records.num_rows, field.type)
        for field in record_schema()
        if field.name not in records.column_names
    }
    for name, values in unknown.items():
        records = records.append_column(name, values)
    return records.select(record_schema().names).cast(record_schema())
