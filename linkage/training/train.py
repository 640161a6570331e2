"""Learning the models' parameters from unlabelled records: seeded, on one thread, so that a rerun gives the same JSON.

Random pairs teach how often values agree by chance, EM how often they agree for one person. Truth is never used here. What
makes a result implausible is decided in `models.plausible` and `rounds`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from linkage.engine import make_linker, open_database, scalar
from linkage.matching.standardise import standardise
from linkage.models.frequencies import ENOUGH_NAMES, count_frequencies
from linkage.models.model import LinkModel, versioned
from linkage.models.plausible import problems
from linkage.models.settings import Profile, profiles, splink_settings
from linkage.records import check_records
from linkage.training.learnt import Chance, Learnt, choose_values
from linkage.training.rounds import Round, count_examples, read_round, unsettled
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from splink import Linker

logger = logging.getLogger(__name__)

DEFAULT_SEED = 20
_SAMPLE_NODES = 150_000
_RANDOM_PAIRS = 1e6
_EM_PAIRS = 2e6


class ImplausibleModel(P20WError):
    """Training came to weights that no evidence bears; holds the model, which must not be used, and every reason."""

    def __init__(self, model: LinkModel, problems: list[str]) -> None:
        more = f" And {len(problems) - 3} more." if len(problems) > 3 else ""
        super().__init__(
            f"The trained model is refused, {len(problems)} weight(s) are implausible: {'; '.join(problems[:3])}.{more}",
            "The earlier model stays in use. Look for a column that means something else in one source, or for too few "
            "records.",
        )
        self.model = model
        self.problems = problems


def train(records: pa.Table, *, seed: int = DEFAULT_SEED, random_pairs: float = _RANDOM_PAIRS) -> LinkModel:
    """Train the three models on person records and return them.

    Args:
        records: Person records of as many sources as there are.
        seed: Chooses the random pairs.
        random_pairs: How many pairs teach what agrees by chance.

    Raises:
        ImplausibleModel: A weight is out of its limits or its order, or the rounds of training contradict each other.
    """
    import splink

    connection = open_database(threads=1)
    # What Splink says of levels without examples stands in the card.
    splink_logger = logging.getLogger("splink")
    level = splink_logger.level
    splink_logger.setLevel(logging.ERROR)
    try:
        standardise(connection, check_records(records))
        trained_on: dict[str, Any] = {
            "records": records.num_rows,
            "records_by_source": dict(
                connection.execute("select source, count(*) from record group by 1 order by 1").fetchall()
            ),
            "nodes": scalar(connection, "select count(*) from node"),
            "seed": seed,
            "random_pairs": int(random_pairs),
            "splink": splink.__version__,
        }
        frequencies = count_frequencies(connection) if records.num_rows >= ENOUGH_NAMES else None
        trained_on["sampled_nodes"] = _keep_sample(connection)
        learnt = {
            name: _train_profile(connection, profile, seed, random_pairs)
            for name, profile in profiles().items()
        }
    finally:
        splink_logger.setLevel(level)
        connection.close()
    trained_on["profiles"] = {name: found.as_dict() for name, found in learnt.items()}
    model = versioned({name: found.settings for name, found in learnt.items()}, trained_on, frequencies)
    faults = problems(model.profiles)
    for name, found in learnt.items():
        faults += unsettled(name, found.rounds, found.learnt_levels)
    if faults:
        raise ImplausibleModel(model, faults)
    return model


def _keep_sample(connection: duckdb.DuckDBPyConnection) -> int:
    """Cut a large population to whole birth months: a random sample of records would hold hardly any matches."""
    nodes = scalar(connection, "select count(*) from spine where dob is not null")
    if nodes > _SAMPLE_NODES:
        connection.execute(
            """
            create or replace table kept_month as
            select birth_month from (
                select birth_month, sum(count(*)) over (order by md5(birth_month)) as running
                from spine where birth_month is not null group by birth_month
            ) as month where running <= ?
            """,
            [_SAMPLE_NODES],
        )
        connection.execute(
            "delete from node where not is_wage and (birth_month is null or birth_month not in (from kept_month))"
        )
        connection.execute(
            "delete from node where is_wage and (ssn is null or ssn not in (select ssn from spine where ssn is not null))"
        )
    return int(scalar(connection, "select count(*) from node"))


def _train_profile(
    connection: duckdb.DuckDBPyConnection, profile: Profile, seed: int, random_pairs: float
) -> Learnt:
    sizes = [scalar(connection, f"select count(*) from {table}") for table in profile.tables]
    possible = sizes[0] * sizes[1] if len(sizes) > 1 else sizes[0] * (sizes[0] - 1) // 2
    settings = splink_settings(profile, 1.0 / max(2, sizes[0]))
    if not possible:
        return choose_values(profile, settings, [], None, Chance(0, 0.0))
    linker = make_linker(connection, {name: name for name in profile.tables}, settings)
    # No early stop and no chunks: rare levels need every pair of the sample.
    linker.training.estimate_u_using_random_sampling(
        max_pairs=random_pairs, seed=seed, min_count_per_level=None, num_chunks=1
    )
    rounds = [
        _learn(linker, rule, pairs)
        for rule in profile.training_rules
        if (pairs := _pairs(connection, profile, rule))
    ]
    trained: dict[str, Any] = linker.misc.save_model_to_json()
    linker.table_management.invalidate_cache()
    chance = Chance(
        int(min(random_pairs, possible)),
        max((found.match_share * found.pairs for found in rounds), default=0.0) / possible,
    )
    draft = choose_values(profile, trained, rounds, None, chance)
    examples = count_examples(connection, profile, draft.settings)
    logger.info("trained the %s model in %d rounds", profile.name, len(rounds))
    return choose_values(profile, trained, rounds, examples, chance)


def _pairs(connection: duckdb.DuckDBPyConnection, profile: Profile, rule: str) -> int:
    """How many pairs a rule finds; Splink must not be asked to learn from none: it forgets the comparison."""
    left, right = profile.tables[0], profile.tables[-1]
    once = " and l.unique_id < r.unique_id" if left == right else ""
    return int(scalar(connection, f"select count(*) from {left} as l join {right} as r on {rule}{once}"))


def _learn(linker: Linker, rule: str, pairs: int) -> Round:
    """Run EM over the pairs of one rule."""
    session = linker.training.estimate_parameters_using_expectation_maximisation(
        rule, max_pairs=_EM_PAIRS, record_sample_proportion=1.0, estimate_without_term_frequencies=True
    )
    return read_round(rule, pairs, session)
