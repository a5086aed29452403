"""A provider that fails for long, and one that fails once, as its own log sees us."""

import json
import re
import time
import unittest

from harness import Exporter, Folder, Simulator, select, wait_until
from scripts import fake, script

ENV = {"SIM_KEY": "sk-sim-0123456789abcdef"}
INTERVAL_NS = 1_000_000_000
EARLIER_NS = INTERVAL_NS // 5  # than the first request another one may be within its interval
FIVE_SECONDS_NS = 5_000_000_000


def provider(url, name, **probe):
    return {"name": name, "type": "openai", "base_url": f"{url}/{name}/v1",
            "api_key": {"env": "SIM_KEY"},
            "probes": [{"kind": "stream", "models": ["gpt-sim"], "interval": "1s", **probe}]}


class LongFailures(unittest.TestCase):
    def start(self, names, **settings):
        folder = Folder(self)
        self.simulator = Simulator(self, folder, script(*[fake(name) for name in names]))
        config = {"global": settings,
                  "providers": [provider(self.simulator.url, name) for name in names]}
        self.exporter = Exporter(self, folder, json.dumps(config), env=ENV)

    def of(self, provider, metric, **labels):
        return select(self.exporter.metrics(), metric, provider=provider, **labels)

    def wait_for_state(self, provider, state):
        wait_until(f"breaker of {provider} at {state}",
                   lambda: self.of(provider, "llm_probe_breaker_state") == [state])

    def requests(self, provider, since_ns=0):
        return [r for r in self.simulator.sent()
                if r["provider"] == provider and r["read_ns"] > since_ns]

    def slot(self, request):
        """The number of the interval that it came in. Requests come late, never early."""
        first = self.requests(request["provider"])[0]["read_ns"] - EARLIER_NS
        return (request["read_ns"] - first) // INTERVAL_NS

    def asked(self, provider, since_ns=0):
        """What the provider was asked, in order: "full" or "free", and whether text came."""
        return [("full" if r["path"].endswith("/chat/completions") else "free", bool(r["events"]))
                for r in self.requests(provider, since_ns)]

    def api(self, provider):
        targets = json.loads(self.exporter.get("/api/v1/targets")[2])["data"]["targets"]
        return next(t for t in targets if t["provider"] == provider)

    def test_it_is_asked_freely_and_the_recovery_is_seen_at_once(self):
        self.start(["down"], breaker={"after": "2s", "failures": 3, "successes": 2})
        self.exporter.wait_for_metric("llm_probe_successes_total", 1)
        self.simulator.set_fault("down", "fault: overloaded")
        self.wait_for_state("down", 2)
        opened = time.time_ns()
        self.assertEqual(self.of("down", "llm_probe_breaker_opened_total"), [1])
        self.assertGreater(self.of("down", "llm_probe_breaker_next_full_probe_timestamp_seconds")[0],
                           opened / 1e9 - 1)
        self.assertEqual(self.api("down")["breaker"]["why"],
                         "overloaded: failed in a row, and for long")

        wait_until("six free checks", lambda: self.asked("down", opened).count(("free", False)) >= 6)
        # After 1, 2 and 4 intervals, of at most a tenth more each and to the next slot.
        self.assertLessEqual(self.asked("down", opened).count(("full", False)), 4)
        samples = self.exporter.metrics()
        self.assertEqual(select(samples, "llm_probe_state"), [5])
        self.assertGreaterEqual(select(samples, "llm_probe_consecutive_failures")[0], 8,
                                "a check that fails is a failure")

        self.simulator.clear_fault("down")
        recovered = time.time_ns()
        self.wait_for_state("down", 0)
        asked = self.asked("down", recovered)
        # Either the full probe was due, or the first check asked for it, which came in its slot.
        self.assertIn(("full", True), asked[:2])
        self.assertLessEqual(asked.count(("free", False)), 1)
        if asked[0] == ("free", False):
            slots = [self.slot(r) for r in self.requests("down", recovered)][:3]
            self.assertEqual(slots, [slots[0], slots[0], slots[0] + 1])
        self.assertEqual(self.of("down", "llm_probe_breaker_next_full_probe_timestamp_seconds"), [])
        breaker = self.api("down")["breaker"]
        self.assertEqual((breaker["state"], breaker["opened_total"], breaker["why"]),
                         ("closed", 1, None))
        changes = re.findall(r'"from":\s*"(\w+)".*"to":\s*"(\w+)"', self.exporter.output())
        self.assertEqual(changes, [("closed", "open"), ("open", "half_open"),
                                   ("half_open", "closed")])

    def test_a_refused_key_opens_it_at_once_and_a_check_that_passes_is_no_success(self):
        self.start(["revoked", "blind"], breaker={"successes": 1})
        for name in ("revoked", "blind"):
            self.exporter.wait_for_metric("llm_probe_successes_total", 1, provider=name)
        good = self.of("blind", "llm_probe_successes_total")
        self.simulator.set_fault("revoked", "fault: auth")
        # The list of models goes on answering.
        self.simulator.set_fault("blind", "{fault: quota_exhausted, models: [gpt-sim]}")
        for name, outcome in (("revoked", "auth"), ("blind", "quota_exhausted")):
            self.wait_for_state(name, 2)
            self.assertEqual(self.of(name, "llm_probe_failures_total"), [0])
            self.assertEqual(self.api(name)["breaker"]["why"],
                             f"{outcome}: does not heal by asking")
        wait_until("the list of models was asked", lambda: ("free", False) in self.asked("blind"))
        wait_until("and the model refused after it", lambda: self.asked("blind")[
            self.asked("blind").index(("free", False)) + 1:].count(("full", False)) >= 3)
        self.assertEqual(self.asked("blind").count(("free", False)), 1, "it saw nothing")
        self.assertIn(self.of("blind", "llm_probe_successes_total")[0] - good[0], (0, 1))
        self.assertEqual(self.of("blind", "llm_probe_success"), [0])

        self.simulator.clear_fault("revoked")
        self.simulator.clear_fault("blind")
        for name in ("revoked", "blind"):
            self.wait_for_state(name, 0)
            self.assertEqual(self.of(name, "llm_probe_breaker_opened_total"), [1])

    def test_a_first_failure_is_looked_at_again_before_the_next_interval(self):
        # Of this name the second look is 5.2 s after the first: the hash says so.
        folder = Folder(self)
        model = {"name": "m33", "ttft": "5ms", "tokens_per_second": 500, "text": "pong"}
        self.simulator = Simulator(self, folder, script("    - " + json.dumps(
            {"name": "first", "dialect": "openai-chat", "models": [model]}) + "\n"))
        config = {"providers": [provider(self.simulator.url, "first", models=["m33"],
                                         interval="10s")]}
        self.exporter = Exporter(self, folder, json.dumps(config), env=ENV)
        self.exporter.wait_for_metric("llm_probe_successes_total", 1)
        self.simulator.set_fault("first", "fault: server_error")
        samples = self.exporter.wait_for_metric("llm_probe_confirmations_total", 1)
        self.assertEqual(select(samples, "llm_probe_attempts_total"), [3])
        self.assertEqual(select(samples, "llm_probe_failures_total"), [2], "nothing is hidden")
        good, first, second = [r["read_ns"] for r in self.requests("first")]
        self.assertGreaterEqual(second - first, FIVE_SECONDS_NS)
        self.assertGreater(first - good, second - first, "before the next interval")


if __name__ == "__main__":
    unittest.main()
