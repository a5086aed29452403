"""Incidents, for real: a fake provider breaks, and somebody's telephone rings, or does not.

simulator -> llm_exporter -> Prometheus -> Alertmanager -> Slack, PagerDuty and OpsGenie, played by
sinks. The rules and routes are the shipped ones on a clock thirty times as fast (quick_time.py): a
probe a second is then one every half minute. Every incident has a provider of its own, so that all
happen at once; that our own network is lost comes last. What was sent stands in build/incidents.txt.
"""

import dataclasses
import re
import types
import unittest

from harness import ROOT, wait_until
from incident_stack import Stack, about, said

PAGED = ("pagerduty", "slack-critical")
TABLE = ROOT / "build" / "incidents.txt"


@dataclasses.dataclass
class Incident:
    """What breaks, and which alerts are heard of: all of `page`, `warn` and `info`.

    Those of `also` may be heard of besides, on any channel of their severity: what an incident looks
    like before it is understood and while it fades from the longer windows depends on the moment.
    """
    what: str
    fault: dict = None
    page: tuple = ()
    warn: tuple = ()
    info: tuple = ()
    also: tuple = ()
    says: str = ""   # a pattern in what the person on call reads
    fake: dict = dataclasses.field(default_factory=dict)   # more of the fake provider's script,
    model: dict = dataclasses.field(default_factory=dict)  # and of its models
    models: int = 1
    ttft: str = "3s"  # the threshold

    def pages(self):
        """{(sink, alert)}"""
        return {(sink, name) for sink in PAGED for name in self.page}

    def wanted(self):
        return (self.pages() | {("slack-warning", name) for name in self.warn} |
                {("slack-info", name) for name in self.info})

    def allowed(self):
        return self.wanted() | {(sink, name) for sink in (*PAGED, "slack-warning")
                                for name in self.also if self.page or sink == "slack-warning"}


RATES = ("LLMProviderSuccessRateLow", "LLMProviderErrorRateHigh")
INCIDENTS = {
    "healthy": Incident("nothing"),
    "claude": Incident("nothing, in another dialect", fake={"dialect": "anthropic-messages"}),
    "blip": Incident("one 503", page=("LLMProbeHardFailure",), says="ended in overloaded",
                     fake={"faults": [{"fault": "overloaded", "requests": [12]}]}),
    "burst": Incident("503 again and again", {"fault": "overloaded"},
                      page=("LLMProviderUnavailable",), also=("LLMProbeHardFailure", *RATES),
                      says=r"answered 503 or 504 on \d+ checks in a row.*: fail over to healthy/gpt-0"),
    "errors": Incident("500, every third answer", {"fault": "server_error", "every": 3},
                       page=("LLMProviderErrorRateHigh",), also=RATES,
                       says=r"[2-4]\d(\.\d+)?% of the checks of errors/gpt-0 failed"),
    "some": Incident("500, every eighth answer", {"fault": "server_error", "every": 8},
                     warn=("LLMProviderErrorRateHigh",), also=RATES),
    "slow": Incident("slow first token", {"fault": "slow_first_token", "ttft": "600ms"},
                     warn=("LLMProviderTTFTHigh",), ttft="300ms",
                     says="p95 of the time to first token of slow/gpt-0"),
    # Its bucket fills again within five minutes: it is below 70% half a minute after it was at 84%.
    "used": Incident("80% of a rate limit used", warn=("LLMRateLimitUtilizationHigh",),
                     fake={"rate_limit": {"tokens": {"limit": 20_000, "window": "300s"}}},
                     says=r"[78]\d(\.\d+)?% of the limit on tokens"),
    "limited": Incident("429, always", {"fault": "rate_limited"}, warn=("LLMProbeRateLimited",)),
    "revoked": Incident("key revoked", {"fault": "auth"}, page=("LLMProbeAuthFailure",),
                        says="rejected the key"),
    "wide": Incident("500 from every model", {"fault": "server_error"}, models=3,
                     page=("LLMProviderOutage",), also=("LLMTargetDown", *RATES),
                     says=r"\d+% of the targets of wide failed.*: fail over"),
    "drifting": Incident("another version answers", info=("LLMModelVersionChanged",),
                         model={"served": ["gpt-2026-01-01", "gpt-2026-09-01"], "drift_every": "40s"},
                         says="now answers as gpt-2026-09-01"),
}

# What is said of no single provider.
GROUP = "group chat"
MOVE = Incident("where the 503s can be avoided", warn=("LLMFailoverRecommended",),
                says="use healthy/gpt-0 in place of the primary")
NO_NETWORK = "vantage"
OURS = Incident("no provider reachable from here", page=("LLMVantageDown",), says="it is us, not them")


class Incidents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        TABLE.unlink(missing_ok=True)
        stack = Stack(types.SimpleNamespace(addCleanup=cls.addClassCleanup), INCIDENTS)
        stack.prometheus.wait_for(f"count(llm_probe_successes_total >= 5) >= {len(INCIDENTS)}")
        stack.break_providers()
        stack.repair_when_heard_of()
        stack.wait_for_quiet()
        cls.theirs = stack.sinks.all()
        stack.lose_network()
        wait_until("somebody to be told that it is us",
                   lambda: OURS.wanted() <= said(stack.sinks.all()).get(NO_NETWORK, set()))
        stack.find_network()
        stack.wait_for_quiet()
        cls.received = stack.sinks.all()
        write_table(cls.received)

    def heard_of(self, incident, notifications):
        """Exactly what must be said was said, to people and to OpsGenie and the webhook."""
        people = [n for n in notifications if n.sink in (*PAGED, "slack-warning", "slack-info")]
        heard = {(n.sink, name) for n in people if n.status == "firing" for name in n.alerts}
        self.assertLessEqual(incident.wanted(), heard)
        self.assertLessEqual(heard, incident.allowed())
        # Whoever heard of it hears of its end.
        told = {n.sink for n in people if n.status == "firing"} - {"slack-info"}
        self.assertEqual({n.sink for n in people if n.status == "resolved"}, told)
        # One page, and the same one is closed; the other services of a page get the same.
        pages = {sink: [n for n in notifications if n.sink == sink] for sink in
                 (*PAGED, "opsgenie", "webhook")}
        self.assertEqual(len({n.incident for n in pages["pagerduty"]}), 1 if incident.page else 0)
        outline = {sink: [(n.status, n.alerts if n.status == "firing" else None) for n in got]
                   for sink, got in pages.items()}
        for sink in pages:
            self.assertEqual(outline[sink], outline["pagerduty"], sink)
        if incident.says:
            for sink, name in incident.wanted():
                texts = [n.text() for n in people if n.sink == sink and name in n.alerts]
                self.assertTrue(any(re.search(incident.says, text) for text in texts), texts)

    def test_each_incident_is_heard_of_and_nothing_else(self):
        for name, incident in INCIDENTS.items():
            with self.subTest(incident.what, provider=name):
                self.heard_of(incident, [n for n in self.theirs if about(n) == name])
        self.assertLessEqual({about(n) for n in self.theirs}, {*INCIDENTS, GROUP})

    def test_where_to_go_is_told(self):
        self.heard_of(MOVE, [n for n in self.theirs if about(n) == GROUP])

    def test_when_our_network_is_lost_nobody_is_told_of_providers(self):
        later = self.received[len(self.theirs):]
        self.assertEqual({about(n) for n in later}, {NO_NETWORK}, later)
        self.heard_of(OURS, later)

    def test_a_person_can_read_it(self):
        for n in self.received:
            if n.status == "firing" and n.sink not in ("opsgenie", "webhook"):
                with self.subTest(repr(n)):
                    text = n.text()
                    self.assertNotRegex(text, r"<no value>|%!|\{\{|map\[|\n\n\n")
                    self.assertRegex(text, r"since \d\d:\d\d:\d\d UTC, \w{3} \d+ \w{3}")
                    self.assertRegex(text, r"http://localhost:3000/d/llm-\w+")
                    self.assertRegex(text, r"/alerts/README\.md#\w+")
                    self.assertIn(about(n), text)
                    self.assertLess(len(text), 8000)


def write_table(notifications):
    """What each incident sent, for people: in Markdown, one line for what several sinks got alike."""
    lines = ["| incident | sinks | status | severity | alerts |", "|---|---|---|---|---|"]
    for name, incident in (*INCIDENTS.items(), (GROUP, MOVE), (NO_NETWORK, OURS)):
        sent = {}
        for n in notifications:
            if about(n) == name:
                severity = n.severity.lower() if n.status == "firing" else ""
                sent.setdefault((n.status, severity, ", ".join(sorted(n.alerts))), []).append(n.sink)
        for (status, severity, alerts), sinks in sent.items() or [(("nothing", "", ""), [])]:
            lines.append(f"| {incident.what} | {', '.join(sorted(set(sinks)))} | {status} | "
                         f"{severity} | {alerts} |")
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    unittest.main()
