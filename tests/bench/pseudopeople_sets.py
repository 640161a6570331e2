"""Make a person-record file with truth from pseudopeople's bundled people: `python pseudopeople_sets.py FOLDER SEED`.

Children of the 2020 census stand for pupils (no SSN), the social-security file of 2029 for the bridge, the W-2s of 2029 for
wages. Runs where pseudopeople is installed (Python 3.11 or 3.12, extra `bench`); imports nothing of the project.
"""

import sys
from pathlib import Path

import pandas as pd
import pseudopeople as psp

COLUMNS = [
    "record_id", "source", "ssn", "first_name", "middle_name", "last_name", "birthdate", "sex", "zip_code",
    "other_first_names", "other_last_names", "true_person",
]  # fmt: skip
YEAR = 2029


def main(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sets = [pupils(seed), bridge(seed), wages(seed)]
    columns = [column for column in COLUMNS if any(column in made for made in sets)]
    records = pd.concat([made.reindex(columns=columns) for made in sets], ignore_index=True)
    records = records.astype("string").where(records.notna(), None)
    records.to_parquet(folder / f"pseudopeople_{seed}.parquet", index=False)


def pupils(seed: int) -> pd.DataFrame:
    census = psp.generate_decennial_census(seed=seed, year=2020)
    age = pd.to_numeric(census["age"], errors="coerce")
    return standard(census[age.between(5, 18)], "k12", "%m/%d/%Y", middle="middle_initial")


def bridge(seed: int) -> pd.DataFrame:
    """The latest record of each number: what a licence office would hold of a person."""
    known = psp.generate_social_security(seed=seed, year=YEAR)
    made = standard(known, "bridge", "%Y%m%d", middle="middle_name")
    return made.drop_duplicates("ssn", keep="last")


def wages(seed: int) -> pd.DataFrame:
    forms = psp.generate_taxes_w2_and_1099(seed=seed, year=YEAR)
    made = standard(forms, "ui", None, middle="middle_initial")
    return made.drop(columns=["zip_code"])


def standard(given: pd.DataFrame, source: str, date_format: str | None, *, middle: str) -> pd.DataFrame:
    made = pd.DataFrame({"record_id": [f"{source}-{n}" for n in range(len(given))]})
    given = given.reset_index(drop=True)
    made["source"] = source
    for column, old in (("first_name", "first_name"), ("middle_name", middle), ("last_name", "last_name")):
        made[column] = given[old]
    if "ssn" in given:
        made["ssn"] = given["ssn"].astype("string").str.replace(r"\D", "", regex=True)
    if date_format is not None:
        made["birthdate"] = pd.to_datetime(
            given["date_of_birth"].astype("string"), format=date_format, errors="coerce"
        ).dt.strftime("%Y-%m-%d")
    if "sex" in given:
        made["sex"] = given["sex"].astype("string").str[:1].str.upper()
    for column in ("zipcode", "mailing_address_zipcode"):
        if column in given:
            made["zip_code"] = given[column]
    made["true_person"] = given["simulant_id"]
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
