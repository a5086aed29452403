"""`llm_exporter status`: what the page tells, on a terminal, from a running exporter."""

import json
import os
import pty
import re
import subprocess
import unittest

from harness import BINARY, Exporter, Folder, Simulator, run_once, wait_until
from loopback_server import LoopbackServer
from scripts import fake, provider_config, script


def status(url, *more, env=None):
    return run_once([BINARY, "status", f"--url={url}", *more], env=env)


class OfARunningExporter(unittest.TestCase):
    def setUp(self):
        folder = Folder(self)
        self.simulator = Simulator(self, folder, script(fake("healthy"), fake("broken")))
        self.simulator.set_fault("broken", "fault: server_error")
        self.exporter = Exporter(self, folder, provider_config(self.simulator.url, ["healthy", "broken"]),
                                 flags=["--web.route-prefix=/llm"], env={"SIM_KEY": "sk-none-0001"})
        self.url = self.exporter.url + "/llm/"

    def wait_for_states(self, **wanted):
        def look():
            targets = json.loads(self.exporter.get("/llm/api/v1/targets")[2])["data"]["targets"]
            return {t["provider"]: t["state"] for t in targets} == wanted
        wait_until(str(wanted), look)

    def test_tells_what_is_up_and_what_is_not_and_why(self):
        self.wait_for_states(healthy="up", broken="down")
        code, out, err = status(self.url)
        self.assertEqual((code, err), (1, ""))
        self.assertNotIn("\x1b", out, "no colour but on a terminal")
        self.assertIn("2 targets: 1 down, 1 up", out)
        rows = [line for line in out.splitlines() if "gpt-sim" in line]
        self.assertRegex(rows[0], r"^✗ down +broken/gpt-sim +\d+ s +█+ +0\.0% +0\.0% +–")
        self.assertRegex(rows[1], r"^✓ up +healthy/gpt-sim +\d+ s +▃+ +100% +100% +0\.\d+ s +0\.\d+ s")
        self.assertRegex(out, r"\n    server error, HTTP 500, fault: provider · \S+")

        self.simulator.clear_fault("broken")
        self.wait_for_states(healthy="up", broken="up")
        self.assertEqual(status(self.url)[0], 0)

    def test_json_is_for_programs(self):
        self.wait_for_states(healthy="up", broken="down")
        code, out, _ = status(self.url, "--format=json")
        self.assertEqual(code, 1)
        answer = json.loads(out)
        by_name = {t["target"]: t for t in answer["targets"]}
        self.assertEqual(by_name["broken/gpt-sim"]["availability"]["hour"]["ratio"], 0)
        self.assertEqual(by_name["healthy/gpt-sim"]["history"]["probes"][-1]["outcome"], "ok")
        self.assertIsInstance(answer["providers"], list)

    def test_colour_is_for_terminals_and_can_be_refused(self):
        self.wait_for_states(healthy="up", broken="down")
        for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            ours, theirs = pty.openpty()
            subprocess.run([BINARY, "status", f"--url={self.url}"], stdout=theirs, timeout=30,
                           env={**os.environ, **env})
            os.close(theirs)
            shown = b""
            try:
                while chunk := os.read(ours, 65536):
                    shown += chunk
            except OSError:
                pass  # how a terminal ends
            os.close(ours)
            self.assertEqual(b"\x1b[31;1m" in shown, coloured)

    def test_no_exporter_is_exit_code_2_and_says_why(self):
        self.exporter.stop()
        for url, says in ((self.url, "127.0.0.1"),
                          (self.simulator.url, "HTTP 404; --url must name a running llm_exporter"),
                          ("localhost:9877", "want http://HOST:PORT"),
                          ("file:///etc/passwd", "want http://HOST:PORT"),
                          ("http://127.0.0.1:9/?x", "want http://HOST:PORT")):
            with self.subTest(url=url):
                code, out, err = status(url)
                self.assertEqual((code, out), (2, ""))
                self.assertIn(says, err)
                self.assertEqual(len(err.splitlines()), 1)


class Peer(LoopbackServer):
    """Answers every path with one body."""

    body = b"{}"

    async def answer(self, path, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.body) + self.body)


class OfWhoeverListensThere(unittest.TestCase):
    EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\u2066\u200f\r\nup"

    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.close)

    def ask(self, body):
        self.peer.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return status(f"http://127.0.0.1:{self.peer.port}")

    def test_text_cannot_drive_the_terminal(self):
        target = {"target": self.EVIL, "state": "down", "state_since": self.EVIL,
                  "last_probe": {"class": self.EVIL, "fault": self.EVIL, "http_status": 500,
                                 "error": {"message": self.EVIL}},
                  "wait_until": self.EVIL, "paused": True, "breaker": {"state": self.EVIL}}
        group = {"group": self.EVIL, "recommended": self.EVIL, "primary": "x", "why": self.EVIL,
                 "candidates": [{"target": self.EVIL, "rejected": self.EVIL}]}
        page = {"overall": self.EVIL, "agreement": self.EVIL, "incident": self.EVIL}
        code, out, _ = self.ask({"data": {
            "vantage": self.EVIL, "down": True, "since": self.EVIL, "why": self.EVIL,
            "targets": [target], "groups": [group],
            "providers": [{"provider": self.EVIL, "status_page": page}]}})
        self.assertEqual(code, 1)
        self.assertIn("owned", out, "the text is shown, for what it is")
        self.assertIsNone(re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e"
                                    r"\u2066-\u2069]", out))

    def test_whatever_the_answer_is_it_ends_in_words(self):
        deep = b'{"data":{"targets":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
        for body, exit_code in ((b"", 2), (b"<html>", 2), (b"[]", 2), (b'{"data":[]}', 2),
                                (b"\xff\xfe", 2), (deep, 1), ({"data": {}}, 1),
                                ({"data": {"targets": {"a": 1}}}, 1),
                                ({"data": {"targets": [None, 7, "x", [], {}]}}, 1),
                                ({"data": {"targets": [{"state": 5, "history": {"probes": [1]},
                                                        "availability": [], "ttft": "x",
                                                        "ratelimit": {"a": 0, "b": {"limit": 0}}}]}},
                                 1)):
            with self.subTest(body=str(body)[:60]):
                code, _, err = self.ask(body)
                self.assertEqual(code, exit_code, err)
                self.assertEqual(bool(err), exit_code == 2)
