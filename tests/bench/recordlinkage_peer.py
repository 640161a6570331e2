"""Link a CSV of person records with the package recordlinkage: `python recordlinkage_peer.py RECORDS.csv CLUSTERS.csv [BLOCKS]`.

As its guide has it: blocks, string and exact comparisons, the unsupervised ECM classifier; then connected components. Prints the
seconds of linking. Runs in an environment of its own, for it needs an older pandas; imports nothing of ours. BLOCKS is JSON:
a list of pairs of lists of columns, whose values agree.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import recordlinkage as rl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

# The blocks of the bare Splink script beside this one.
BLOCKS = [
    (columns, columns)
    for columns in (
        ["ssn"],
        ["birthdate", "first_name"],
        ["birthdate", "last_name"],
        ["first_name", "last_name"],
    )
]


def main(records: str, clusters: str, blocks: str = "") -> None:
    people = pd.read_csv(Path(records), dtype=str, index_col="record_id")
    started = time.perf_counter()
    found = link(people, json.loads(blocks) if blocks else BLOCKS)
    print(time.perf_counter() - started)
    found.to_csv(Path(clusters))


def link(people: pd.DataFrame, blocks: list[tuple[list[str], list[str]]]) -> pd.Series:
    index = rl.Index()
    for left, right in blocks:
        index.block(left, right)
    pairs = index.index(people)
    compare = rl.Compare()
    for name in ("first_name", "last_name"):
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    for column in ("birthdate", "ssn", "sex"):
        compare.exact(column, column, label=column)
    features = compare.compute(pairs, people)
    links = rl.ECMClassifier().fit_predict(features)
    places = pd.Series(np.arange(len(people)), index=people.index)
    left, right = (places[links.get_level_values(side)].to_numpy() for side in (0, 1))
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(people), len(people)))
    _, label = connected_components(graph, directed=False)
    return pd.Series(label, index=people.index, name="cluster_id")


if __name__ == "__main__":
    main(*sys.argv[1:])
