"""All of the programs that an alert passes, from the fakes to the sinks, on a quick clock."""

import dataclasses
import json
import socketserver
import threading

from alert_sinks import Sinks
from alertmanager import ALERTS, Alertmanager
from harness import Exporter, Folder, Prometheus, Simulator, http, wait_until
from quick_time import quicker

FACTOR = 30
VANTAGE = "here"
PATIENCE = 180  # seconds; the longest window that matters here takes 60
# A machine that is busy with other tests is not to be taken for a provider that is slow.
TIMEOUT = {"connect": "5s", "first_token": "10s", "idle": "5s", "total": "20s"}


def simulator_script(incidents, port):
    fakes = []
    for name, incident in incidents.items():
        model = {"served": ["gpt-2026-01-01"], "ttft": "20ms", "tokens_per_second": 500,
                 "text": "pong", **incident.model}
        fakes.append({"name": name, "dialect": "openai-chat", **incident.fake,
                      "models": [{"name": f"gpt-{i}", **model} for i in range(incident.models)]})
    return (f"simulator:\n  listen: 127.0.0.1:{port}\n  providers: {json.dumps(fakes)}\n"
            "providers:\n  - {name: unused, type: openai-compatible, base_url: 'http://127.0.0.1:9',"
            " probes: [{kind: models}]}\n")


def exporter_config(incidents, url, canary):
    providers = [{
        "name": name, "type": "openai" if "dialect" not in incident.fake else "anthropic",
        "base_url": f"{url}/{name}/v1", "api_key": {"env": "SIM_KEY"},
        "probes": [{"kind": "stream", "models": [f"gpt-{i}" for i in range(incident.models)],
                    "interval": "1s", "timeout": TIMEOUT, "thresholds": {"ttft": incident.ttft}}]}
        for name, incident in incidents.items()]
    return json.dumps({
        "global": {"vantage": VANTAGE}, "providers": providers,
        "failover": [{"name": "chat", "targets": ["burst/gpt-0", "healthy/gpt-0", "claude/gpt-0"],
                      "dwell": "10s"}],
        "canary": {"interval": "1s", "timeout": "1s", "checks": [{"name": "neighbour", "tcp": canary}]}})


class Neighbour:
    """What the exporter asks, to tell our own network from a provider's: a port that is open."""

    def __init__(self, test, port=0):
        class Server(socketserver.TCPServer):
            allow_reuse_address = True
        self.server = Server(("127.0.0.1", port), socketserver.BaseRequestHandler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        test.addCleanup(self.close)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


class Stack:
    def __init__(self, test, incidents):
        self.test = test
        self.incidents = incidents
        self.folder = Folder(test)
        self.sinks = Sinks(test)
        self.simulator = Simulator(test, self.folder, simulator_script(incidents, 0))
        self.neighbour = Neighbour(test)
        config = exporter_config(incidents, self.simulator.url, f"127.0.0.1:{self.neighbour.port}")
        self.exporter = Exporter(test, self.folder, config, env={"SIM_KEY": "sk-sim-0123456789"})
        self.alertmanager = Alertmanager(test, self.folder, self.sinks,
                                         lambda text: quicker(text, FACTOR))
        rules = [self.folder.write(path.name, quicker(path.read_text(), FACTOR))
                 for path in sorted(ALERTS.glob("*.rules.yml"))]
        self.prometheus = Prometheus(test, self.folder, [self.exporter.url], {"vantage": VANTAGE},
                                     rules, [self.alertmanager.url])

    def break_providers(self):
        for name, incident in self.incidents.items():
            if "rate_limit" in incident.fake:
                self.use_limit(name, 0.84)
            if incident.fault:
                self.simulator.set_fault(name, json.dumps(incident.fault))

    def use_limit(self, provider, part):
        """What our applications do with the key that the probes have too."""
        words, used = 2000, 0
        while used < part:
            body = {"model": "gpt-0", "messages": [{"role": "user", "content": "word " * words}]}
            status, headers, text = http(f"{self.simulator.url}/{provider}/v1/chat/completions", "POST",
                                         json.dumps(body), {"Content-Type": "application/json"})
            assert status == 200, text
            used = 1 - (float(headers["x-ratelimit-remaining-tokens"]) /
                        float(headers["x-ratelimit-limit-tokens"]))
            words = 200

    def repair_when_heard_of(self):
        """Each fault ends as soon as everybody who has to know does; until all is heard of."""
        broken = {name for name, incident in self.incidents.items() if incident.fault}

        def look():
            heard = said(self.sinks.all())
            for name in list(broken):
                incident = self.incidents[name]
                if (incident.pages() or incident.wanted()) <= heard.get(name, set()):
                    self.simulator.clear_fault(name)
                    broken.remove(name)
            missing.clear()
            missing.update({name: lacking for name, incident in self.incidents.items()
                            if (lacking := incident.wanted() - heard.get(name, set()))})
            return not missing
        missing = {}
        try:
            wait_until("all incidents to be heard of", look, PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{missing} of {self.sinks.all()}") from error

    def lose_network(self):
        self.neighbour.close()
        self.simulator.stop()

    def find_network(self):
        """The fakes are back, with nothing in their scripts that breaks them."""
        healthy = {name: dataclasses.replace(incident, fake={
            key: value for key, value in incident.fake.items() if key != "faults"})
            for name, incident in self.incidents.items()}
        port = self.simulator.url.rsplit(":", 1)[1]
        self.simulator = Simulator(self.test, self.folder, simulator_script(healthy, port))
        self.neighbour = Neighbour(self.test, self.neighbour.port)

    def wait_for_quiet(self):
        """Until nothing fires or is about to, and whoever was told of something was told of its end.

        Then nothing can come any more, and what has come is all.
        """
        def look():
            last = {(n.sink, about(n), n.incident): n.status for n in self.sinks.all()}
            open_ones = [key for key, status in last.items()
                         if status == "firing" and key[0] != "slack-info"]
            return (not open_ones and not self.alertmanager.alerts()
                    and not self.prometheus.query("ALERTS"))
        wait_until("quiet", look, PATIENCE)


def about(notification):
    """The provider that it is about, or the group of targets."""
    return notification.subject.split("/")[0]


def said(notifications):
    """{provider: {(sink, alert)}} of what is said to fire."""
    heard = {}
    for n in notifications:
        if n.status == "firing":
            heard.setdefault(about(n), set()).update((n.sink, name) for name in n.alerts)
    return heard
