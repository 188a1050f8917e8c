# /// script
# requires-python = ">=3.9"
# dependencies = ["httpx"]
# ///
"""Starts a server on the loopback interface, asks it with httpx, and prints the answers as JSON."""

import http.server
import json
import threading

import httpx


class Squares(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        number = int(self.path.rpartition("=")[2])
        body = json.dumps({"square": number * number}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """The output of this script is its result only."""


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Squares) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # A proxy of the environment must not see what goes to the loopback interface.
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", trust_env=False) as client:
        squares = [client.get("/square", params={"of": number}).json()["square"] for number in range(1, 6)]
    server.shutdown()

print(json.dumps({"squares": squares}))
