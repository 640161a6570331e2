"""A real Spark cluster on this machine: a master and two workers, processes of their own on the loopback."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

_PATIENCE = 180


def missing() -> str | None:
    """What keeps Spark from running here."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed: `make test-spark` installs it"
    return None if shutil.which("java") else "Java is not installed"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a master with two workers of one core each; all are ended afterwards."""
    if reason := missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(
        "spark.ui.enabled false\nspark.sql.shuffle.partitions 4\nspark.default.parallelism 4\n"
        "spark.driver.bindAddress 127.0.0.1\nspark.driver.host 127.0.0.1\nspark.executor.memory 1g\n"
    )
    environment = {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    port, page = free_port(), free_port()
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(
            start(folder, "master", "master.Master", "--host", "127.0.0.1", "--port", str(port),
                  "--webui-port", str(page))
        )  # fmt: skip
        await_workers(page, 0)
        for number in range(2):
            started.append(
                start(folder, f"worker{number}", "worker.Worker", "--host", "127.0.0.1", "--cores", "1",
                      "--memory", "1500m", "--work-dir", str(folder / f"work{number}"), "--webui-port", "0",
                      f"spark://127.0.0.1:{port}")
            )  # fmt: skip
        await_workers(page, 2)
        yield f"spark://127.0.0.1:{port}"
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=60)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def start(folder: Path, name: str, kind: str, *arguments: str) -> "subprocess.Popen[bytes]":
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(program), f"org.apache.spark.deploy.{kind}", *arguments], stdout=log, stderr=log
        )


def await_workers(page: int, count: int) -> None:
    """Wait until the master's own page counts so many workers alive."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
                if json.load(answer)["aliveworkers"] >= count:
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"the master did not see {count} workers")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
