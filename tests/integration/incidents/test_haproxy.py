"""Debian's HAProxy on the shipped haproxy.cfg: traffic goes where the exporter says.

What is written to build/failover_times.txt is for people; no time decides the test, only what
happened before what.
"""

import datetime
import itertools
import json
import re
import threading
import time
import unittest

from harness import (ROOT, Exporter, Folder, Process, Simulator, free_port, http, select, tool,
                     wait_until)
from scripts import script

TARGET = {"openai": "openai/gpt-4o-mini", "local": "local/gpt-4o-mini"}


def provider(served, **more):
    """A fake provider under /sim whose answers call the model `served`."""
    return script("    - " + json.dumps({
        "name": "sim", "dialect": "openai-chat", **more,
        "models": [{"name": "gpt-4o-mini", "served": served, "ttft": "10ms",
                    "tokens_per_second": 1000, "text": "pong"}]}) + "\n")


class HAProxy(Process):
    """The shipped configuration with other addresses; clients ask under /sim/v1."""

    def __init__(self, test, folder, providers, exporter):
        port = free_port()
        text = (ROOT / "config" / "haproxy.cfg").read_text()
        host_of = {name: url.removeprefix("http://") for name, url in providers.items()}
        for pattern, address in (
                (r"bind 127\.0\.0\.1:8080", f"bind 127.0.0.1:{port}"),
                (r"api\.openai\.com:443 ssl .* sni \S+", host_of["openai"]),
                (r"127\.0\.0\.1:8000 check", f"{host_of['local']} check"),
                (r"port 9877", "port " + exporter.url.rsplit(":", 1)[1])):
            text, count = re.subn(pattern, address, text)
            assert count >= 1, f"haproxy.cfg has no {pattern}"
        config = folder.write("haproxy.cfg", text)
        libraries = ":".join(str(p) for p in (ROOT / "build" / "tools").glob("usr/lib/*-linux-gnu"))
        super().__init__(test, [tool("../sbin/haproxy"), "-db", "-f", config],
                         env={"LD_LIBRARY_PATH": libraries, "OPENAI_API_KEY": "sk-not-a-secret-0123"})
        self.url = f"http://127.0.0.1:{port}"
        wait_until("HAProxy", lambda: http(f"{self.url}/sim/v1/models")[0] == 200)


def who_answers(url):
    body = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]})
    try:
        status, _, text = http(f"{url}/sim/v1/chat/completions", "POST", body,
                               {"Content-Type": "application/json"})
    except OSError as error:
        return f"no answer: {error}"
    return json.loads(text)["model"] if status == 200 else f"status {status}"


class Clients:
    """Asks through HAProxy without pause and notes who answered."""

    def __init__(self, test, url):
        self.url, self.answers, self.stop = url, [], threading.Event()
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()
        test.addCleanup(self.end)

    def _ask(self):
        while not self.stop.wait(0.05):
            self.answers.append((time.time(), who_answers(self.url)))

    def end(self):
        self.stop.set()
        self.thread.join()

    def story(self):
        """Who answered, one after the other."""
        return [who for who, _ in itertools.groupby(who for _, who in list(self.answers))]

    def first(self, who, after):
        return wait_until(who, lambda: next((t for t, w in self.answers if w == who and t > after), 0))


class Stage:
    """Two fake providers, the exporter that probes them, HAProxy in front."""

    def __init__(self, test, interval, **primary):
        self.folder = Folder(test)
        self.primary = Simulator(test, self.folder, provider("primary", **primary))
        self.fallback = Simulator(test, self.folder, provider("fallback"))
        urls = {"openai": self.primary.url, "local": self.fallback.url}
        self.exporter = Exporter(test, self.folder, json.dumps({
            "providers": [{"name": name, "type": "openai-compatible", "base_url": f"{url}/sim/v1",
                           "probes": [{"models": ["gpt-4o-mini"], "interval": interval}]}
                          for name, url in urls.items()],
            "failover": [{"name": "chat", "targets": list(TARGET.values()), "dwell": "1s"}]}))
        self.haproxy = HAProxy(test, self.folder, urls, self.exporter)

    def health(self):
        return self.exporter.get(f"/api/v1/targets/{TARGET['openai']}/health")[0]

    def count(self, metric, **labels):
        return select(self.exporter.metrics(), metric, **labels)[0]

    def failed_at(self):
        """When the exporter saw the primary fail, by its log."""
        lines = [json.loads(line) for line in self.exporter.lines if '"probe failed"' in line]
        return [datetime.datetime.fromisoformat(l["time"].replace("Z", "+00:00")).timestamp()
                for l in lines if l.get("target") == TARGET["openai"]]


class ShippedConfiguration(unittest.TestCase):
    def test_traffic_moves_and_comes_back_and_does_not_flap(self):
        # Every tenth answer of this one is an error; it is looked at in the end.
        shaky = Stage(self, "1s", faults=[{"fault": "server_error", "every": 10}])
        # A first failure is confirmed 5 to 10 s later.
        stage = Stage(self, "10s")
        stage.exporter.wait_for_metric("llm_probe_successes_total", 1)
        clients = Clients(self, stage.haproxy.url)
        clients.first("primary", 0)

        failed = time.time()
        stage.primary.set_fault("sim", "fault: overloaded")
        wait_until("the verdict", lambda: stage.health() == 503)
        verdict = time.time()
        moved = clients.first("fallback", failed)
        probes = stage.count("llm_probe_failures_total", target=TARGET["openai"])
        self.assertLessEqual(probes, 4, "three make the verdict; the next is an interval later")
        self.assertEqual(stage.count("llm_failover_recommended", target=TARGET["local"]), 1)

        healed = time.time()
        stage.primary.clear_fault("sim")
        wait_until("the verdict", lambda: stage.health() == 200)
        healthy = time.time()
        back = clients.first("primary", healed)
        good = stage.count("llm_probe_successes_total", target=TARGET["openai"])
        clients.end()
        self.assertEqual(clients.story(), ["primary", "status 503", "fallback", "primary"])
        self.assertGreaterEqual(good, 1 + 3, "it came back before three good probes")

        wait_until("thirty probes of the shaky one",
                   lambda: shaky.count("llm_probe_attempts_total", target=TARGET["openai"]) >= 30)
        self.assertGreaterEqual(shaky.count("llm_probe_failures_total", target=TARGET["openai"]), 2)
        self.assertEqual(shaky.count("llm_failover_switches_total"), 0)
        self.assertNotIn("DOWN", shaky.haproxy.output())
        self.assertIn("DOWN", stage.haproxy.output(), "it would have been told")

        # None is healthy: the primary, and no 503 of HAProxy's own.
        stage.exporter.close()
        wait_until("HAProxy's own verdict", lambda: stage.haproxy.output().count("DOWN") >= 3)
        self.assertEqual(who_answers(stage.haproxy.url), "primary")
        self.write_times(stage, clients, failed, verdict, moved, healed, healthy, back)

    def write_times(self, stage, clients, failed, verdict, moved, healed, healthy, back):
        first, *_, last = [t for t in stage.failed_at() if t <= verdict + 1]
        lost = sum(who == "status 503" for _, who in clients.answers)
        rows = (("outage begins", 0), ("first failed probe ends", first - failed),
                ("third failed probe ends", last - failed), ("health endpoint says 503", verdict - failed),
                ("first request answered by the fallback", moved - failed),
                ("outage ends", healed - failed), ("health endpoint says 200", healthy - failed),
                ("first request answered by the primary again", back - failed))
        text = "".join(f"{seconds:8.2f} s  {what}\n" for what, seconds in rows)
        text += (f"probe interval 10 s, HAProxy's check 1 s; "
                 f"{lost} of {len(clients.answers)} requests failed\n")
        (ROOT / "build").mkdir(exist_ok=True)
        (ROOT / "build" / "failover_times.txt").write_text(text)
