"""Learning the models' parameters from unlabelled records: seeded, on one thread, so that a rerun gives the same JSON.

Random pairs teach how often values agree by chance, EM how often they agree for one person. Truth is never used here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from linkage.engine import make_linker, open_database, scalar
from linkage.matching.standardise import standardise
from linkage.models.model import LinkModel, make_model
from linkage.models.settings import Profile, profiles, splink_settings
from linkage.records import check_records

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

logger = logging.getLogger(__name__)

DEFAULT_SEED = 20
_SAMPLE_NODES = 150_000
_RANDOM_PAIRS = 1e6
_EM_PAIRS = 2e6
# Below this share EM has seen next to nothing of a level.
_RAREST = 2e-6


def train(records: pa.Table, *, seed: int = DEFAULT_SEED, random_pairs: float = _RANDOM_PAIRS) -> LinkModel:
    """Train the three models on person records and return them, or refuse with the reason.

    Args:
        records: Person records of as many sources as there are.
        seed: Chooses the random pairs.
        random_pairs: How many pairs teach what agrees by chance.
    """
    import splink

    connection = open_database(threads=1)
    try:
        standardise(connection, check_records(records))
        _keep_sample(connection)
        trained = {
            name: _train_profile(connection, profile, seed, random_pairs)
            for name, profile in profiles().items()
        }
        trained_on = {
            "records": records.num_rows,
            "nodes": scalar(connection, "select count(*) from node"),
            "seed": seed,
            "splink": splink.__version__,
        }
    finally:
        connection.close()
    return make_model(trained, trained_on)


def _keep_sample(connection: duckdb.DuckDBPyConnection) -> None:
    """Cut a large population to whole birth months: a random sample of records would hold hardly any matches."""
    nodes = scalar(connection, "select count(*) from spine where dob is not null")
    if nodes <= _SAMPLE_NODES:
        return
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
    connection.execute("delete from spine where birth_month is null or birth_month not in (from kept_month)")
    connection.execute("delete from wages where ssn not in (select ssn from spine where ssn is not null)")


def _train_profile(
    connection: duckdb.DuckDBPyConnection, profile: Profile, seed: int, random_pairs: float
) -> dict[str, Any]:
    prior = 1.0 / max(1, scalar(connection, "select count(*) from spine"))
    linker = make_linker(connection, {name: name for name in profile.tables}, splink_settings(profile, prior))
    # No early stop: rare levels need every pair of the sample.
    linker.training.estimate_u_using_random_sampling(
        max_pairs=random_pairs, seed=seed, min_count_per_level=None
    )
    for rule in profile.training_rules:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, max_pairs=_EM_PAIRS, record_sample_proportion=1.0, estimate_without_term_frequencies=True
        )
    settings: dict[str, Any] = linker.misc.save_model_to_json()
    linker.table_management.invalidate_cache()
    logger.info("trained the %s model on %d rules", profile.name, len(profile.training_rules))
    return _rounded(_completed(settings, profile))


def _completed(settings: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """Put the starting value back where the records held too few examples of a level to learn from."""
    for trained, start in zip(settings["comparisons"], profile.comparisons, strict=True):
        for level, first in zip(trained["comparison_levels"], start["comparison_levels"], strict=True):
            for key in ("m_probability", "u_probability"):
                value = level.get(key)
                if key in first and not (isinstance(value, float) and value >= _RAREST):
                    level[key] = first[key]
    return settings


def _rounded(settings: dict[str, Any]) -> dict[str, Any]:
    """Round parameters to six digits: sums of floats may differ in the last bit between machines."""
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            for key in ("m_probability", "u_probability"):
                if isinstance(level.get(key), float):
                    level[key] = float(f"{level[key]:.6g}")
    settings["probability_two_random_records_match"] = float(
        f"{settings['probability_two_random_records_match']:.6g}"
    )
    return settings
