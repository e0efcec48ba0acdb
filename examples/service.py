"""A small web service with nothing but the standard library: documents in, reports out.

python examples/service.py 8000

    POST /report?as_of=2026-11-22T00:00:00Z    a portfolio document, also gzipped
        200  the report document
        400  no instant, or not one
        422  faulty input: all faults, each with its place
    GET /schema/portfolio@1                    the JSON Schema of a document

A sketch to start from: it neither asks who calls nor limits how much they send.
"""

import json
import sys
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import partnerkpi as pk


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    def do_POST(self) -> None:
        """Count the report of the document in the body."""
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if address.path != "/report":
            return self.answer(HTTPStatus.NOT_FOUND, {"error": f"nothing at {address.path}"})
        try:
            as_of = datetime.fromisoformat(parse_qs(address.query)["as_of"][0])
            report = pk.report(pk.read(BytesIO(body)), as_of=as_of)
        except pk.errors.InputError as error:
            return self.answer(HTTPStatus.UNPROCESSABLE_ENTITY, faults_of(error))
        except (KeyError, ValueError) as error:
            return self.answer(HTTPStatus.BAD_REQUEST, {"error": f"as_of: {error}"})

        return self.answer(HTTPStatus.OK, report.to_dict())

    def do_GET(self) -> None:
        """The schema of a document."""
        try:
            found = pk.schema(self.path.removeprefix("/schema/"))
        except pk.errors.UnknownNameError as error:
            return self.answer(HTTPStatus.NOT_FOUND, {"error": str(error)})

        return self.answer(HTTPStatus.OK, found)

    def answer(self, status: HTTPStatus, document: dict[str, object]) -> None:
        """Send a document."""
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def faults_of(error: pk.errors.InputError) -> dict[str, object]:
    """The faults of an input, as plain values."""
    faults = [
        {"place": str(fault.place), "expected": fault.expected, "found": fault.found}
        for fault in error.faults
    ]

    return {"count": error.count, "faults": faults}


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
