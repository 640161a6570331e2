"""Long-running programs: Dagster's webserver and daemon, and the site on localhost."""

import errno
import functools
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from orchestration import dagster_home
from warehouse.errors import P20WError
from warehouse.home import Home

_MODULE = ["-m", "orchestration.definitions"]


def webserver(host: str, port: int) -> list[str]:
    """The command of Dagster's webserver.

    Raises:
        P20WError: when the port is taken.
    """
    require_free_port(host, port)
    return [_beside("dagster-webserver"), *_MODULE, "--host", host, "--port", str(port)]


def daemon() -> list[str]:
    """The command of Dagster's daemon, which starts queued and scheduled runs."""
    return [_beside("dagster-daemon"), "run", *_MODULE]


def _beside(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def require_free_port(host: str, port: int) -> None:
    """Raise when something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise P20WError(
                f"Port {port} is in use by another program.", "Stop it, or name another port with --port."
            ) from None


def run_in_foreground(commands: list[list[str]]) -> None:
    """Run the programs together; when one ends or the person interrupts, all end."""
    home = Home.from_environment()
    dagster_home.prepare(home)
    environment = {**os.environ, "P20W_HOME": str(home.root.resolve())}
    running = [subprocess.Popen(command, env=environment) for command in commands]
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        while all(program.poll() is None for program in running):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for program in running:
            program.terminate()
        codes = [program.wait(timeout=30) for program in running]
    if any(code > 0 for code in codes):
        raise P20WError("One of Dagster's programs ended with an error.", "Its own words are above.")


def serve_site(folder: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Serve the built site on localhost from a thread of this process.

    Raises:
        P20WError: when there is no site yet or the port is taken.
    """
    if not (folder / "index.html").exists():
        raise P20WError("There is no site yet.", "Run `p20w demo`, or `p20w run` after loading files.")
    require_free_port("127.0.0.1", port)
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Static files without a line per request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
