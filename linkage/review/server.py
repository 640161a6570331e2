"""The review as a web page of this machine: one steward, one sitting, on 127.0.0.1 behind a random address.

The address holds a token that only the terminal shows; every form carries a second one; requests that name another host or come
from another page are refused. Nothing is logged but answers, and no page asks anything of the outside.
"""

from __future__ import annotations

import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from linkage.review.answers import Answers
from linkage.review.evidence import Sheet, sheets
from linkage.review.pages import fingerprint, page, static
from linkage.review.queue import Item, review_queue
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse

_MOST_BYTES = 10_000
_DONE = {
    "must": "Logged: one person.",
    "cannot": "Logged: two persons.",
    "skip": "Skipped.",
    "note": "The note is kept.",
    "undo": "The last answer is taken back.",
    "keys": "",
}


class Sitting:
    """The pairs of one sitting, where it is, and what was answered."""

    def __init__(self, warehouse: Warehouse, run: Run, steward: str, limit: int) -> None:
        self.warehouse = warehouse
        self.run = run
        queue = review_queue(warehouse, run, limit=limit)
        self.sheets = sheets(warehouse, run, [(item.record_id_l, item.record_id_r) for item in queue])
        self.items = [item for item in queue if (item.record_id_l, item.record_id_r) in self.sheets]
        self.place = 0
        self.answers = Answers(warehouse, steward, "web")
        self.keys = True
        self.message = ""
        self.lock = threading.Lock()

    def current(self) -> tuple[Item, Sheet] | None:
        """The pair on the screen, until none is left."""
        if self.place >= len(self.items):
            return None
        item = self.items[self.place]
        return item, self.sheets[item.record_id_l, item.record_id_r]

    def answer(self, kind: str, pair: str, why: str) -> None:
        """Log an answer about the pair that the form showed; one that came twice changes nothing."""
        if kind == "keys":
            self.keys = not self.keys
        elif kind == "undo":
            back = self.answers.take_back()
            self.place = self.place if back is None else back
        else:
            shown = self.current()
            if shown is None or pair != f"{shown[0].record_id_l} {shown[0].record_id_r}":
                self.message = "That pair was answered already."
                return
            if kind == "note" and not why.strip():
                self.message = "A note needs words: write them above the answers."
                return
            if kind != "skip":
                self.answers.log(kind, self.place, *shown, why)
            self.place += kind != "note"
        self.message = _DONE[kind]


class ReviewServer:
    """The pages of one sitting on a port of this machine."""

    def __init__(
        self, warehouse: Warehouse, run: Run, *, steward: str, limit: int = 50, port: int = 0
    ) -> None:
        self.sitting = Sitting(warehouse, run, steward, limit)
        self.token = secrets.token_urlsafe(24)
        self.proof = secrets.token_urlsafe(24)
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"review": self}))
        self.port = self._http.server_address[1]

    @property
    def url(self) -> str:
        """The address, with the token that lets one in."""
        return f"http://127.0.0.1:{self.port}/{self.token}/"

    def serve_until_interrupted(self) -> None:
        """Answer requests until Ctrl+C."""
        try:
            self._http.serve_forever()
        except KeyboardInterrupt:
            return
        finally:
            self._http.server_close()

    def start(self) -> None:
        """Answer requests beside the caller."""
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop answering."""
        self._http.shutdown()
        self._http.server_close()

    def page(self) -> str:
        """The pair on the screen as a page."""
        sitting = self.sitting
        shown = sitting.current()
        item, sheet = shown if shown else (None, None)
        message, sitting.message = sitting.message, ""
        return page(
            "review.html.j2",
            sheet,
            item=item,
            number=sitting.place + 1,
            of=len(sitting.items),
            steward=sitting.answers.steward,
            message=message,
            notes=_notes(sitting.warehouse, item) if item else [],
            keys=sitting.keys,
            can_undo=bool(sitting.answers.given),
            answered=len(sitting.answers.given),
            proof=self.proof,
        )


def _notes(warehouse: Warehouse, item: Item) -> list[dict[str, Any]]:
    return warehouse.fetch_dicts(
        "select steward, at, reason from identity.decision where kind = 'note' and record_id_l = least(%s::uuid, %s::uuid)"
        " and record_id_r = greatest(%s::uuid, %s::uuid) order by decision_id",
        [item.record_id_l, item.record_id_r, item.record_id_l, item.record_id_r],
    )


def _policy() -> str:
    return (
        f"default-src 'none'; style-src 'sha256-{fingerprint(static('vault.css'))}';"
        f" script-src 'sha256-{fingerprint(static('keys.js'))}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


class _Handler(BaseHTTPRequestHandler):
    review: ReviewServer
    server_version = "p20w"
    sys_version = ""

    def do_GET(self) -> None:
        if self._is_let_in(""):
            with self.review.sitting.lock:
                self._send(HTTPStatus.OK, self.review.page())

    def do_POST(self) -> None:
        if not self._is_let_in("answer"):
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > _MOST_BYTES:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "")
            return
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(int(size)).decode()).items()}
        if (
            not secrets.compare_digest(form.get("proof", ""), self.review.proof)
            or form.get("answer") not in _DONE
        ):
            self._send(HTTPStatus.FORBIDDEN, "")
            return
        with self.review.sitting.lock:
            try:
                self.review.sitting.answer(form["answer"], form.get("pair", ""), form.get("why", "")[:500])
            except P20WError as error:
                self.review.sitting.message = str(error)
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/{self.review.token}/")
        self._end_headers(0)

    def _is_let_in(self, place: str) -> bool:
        origin = self.headers.get("Origin")
        own = f"127.0.0.1:{self.review.port}"
        asked = self.path.encode(errors="replace")
        if (
            not secrets.compare_digest(asked, f"/{self.review.token}/{place}".encode())
            or self.headers.get("Host") != own
            or origin not in (None, f"http://{own}", "null")
            or self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        ):
            self._send(HTTPStatus.NOT_FOUND, "")
            return False
        return True

    def _send(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self._end_headers(len(body))
        self.wfile.write(body)

    def _end_headers(self, size: int) -> None:
        self.send_header("Content-Length", str(size))
        self.send_header("Content-Security-Policy", _policy())
        # The address is a key and the page shows people: neither may stay behind or travel on.
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing: the address holds the token."""
