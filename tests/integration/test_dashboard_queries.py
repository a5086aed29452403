"""Every query of every dashboard, as Grafana sends it, against a Prometheus that has data.

The data are real: the exporter on the demo, with four incidents, scraped by Prometheus with the
shipped rules. Only the past, which no test can wait for, is the present once more: what Prometheus
knows is written down as of half an hour, an hour and a half, two days and a week ago.
"""

import json
import subprocess
import time
import unittest
import urllib.parse

import dashboards
from demo import Demo
from harness import ROOT, ClassCleanup, Exporter, Folder, Prometheus, http, tool

RULES = [ROOT / "alerts" / name for name in ("recording.rules.yml", "alerting.rules.yml")]
HOUR, DAY = 3600, 24 * 3600


def past(prometheus, now):
    """All that Prometheus knows, as OpenMetrics of earlier times. Another model answered then, and
    the exporter had just been restarted."""
    samples = prometheus.query('{__name__=~".+",__name__!~"ALERTS.*"}')
    for ago in (7.1 * DAY, 2 * DAY, 1.5 * HOUR, HOUR / 2):
        for age in (30, 0):  # increase() needs two
            for labels, value in samples:
                name = labels["__name__"]
                rest = {k: v for k, v in labels.items() if k != "__name__"}
                if name == "process_start_time_seconds":
                    value = now - ago - age
                if name == "llm_probe_model_info":
                    rest["response_model"] = "the-one-before"
                quoted = ",".join(f"{k}={json.dumps(v)}" for k, v in rest.items())
                yield f"{name}{{{quoted}}} {value!r} {now - ago - age:.3f}\n"
    yield "# EOF\n"


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        tools = tool("promtool")
        test = ClassCleanup(cls)
        folder = Folder(test)
        demo = Demo(test, folder)
        exporter = Exporter(test, folder, demo.config)
        # A group that is evaluated each minute may begin a minute late.
        rules = [folder.write(r.name, r.read_text().replace("interval: 1m", "interval: 1s"))
                 for r in RULES]
        start = lambda: Prometheus(test, folder, [exporter.url], {"vantage": "demo"}, rules)

        prometheus = start()
        demo.fault("anthropic", "fault: overloaded")
        demo.fault("bedrock", "fault: auth")
        demo.fault("cohere", "fault: rate_limited")  # goes on asking: Cohere never says how long
        demo.fault("groq", "{fault: rate_limited, retry_after: 10m}")
        for expression in cls.what_takes_time():
            prometheus.wait_for(expression)
        history = folder.write("past.txt", "".join(past(prometheus, time.time())))
        prometheus.stop()
        made = subprocess.run(
            [tools, "tsdb", "create-blocks-from", "openmetrics", history, folder.path / "tsdb"],
            capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        cls.prometheus = start()
        for expression in ('ALERTS{alertname="LLMModelVersionChanged"}',
                           'count(count by (__name__) ({__name__=~".+_avg1d_offset1h"})) == 2',
                           "rate(llm_probe_attempts_total[10s])"):
            cls.prometheus.wait_for(expression)

    @staticmethod
    def what_takes_time():
        return ['ALERTS{alertname="LLMProviderUnavailable",alertstate="firing"}',
                'ALERTS{alertname="LLMProbeAuthFailure",alertstate="firing"}',
                # Others are told to wait for a moment; this wait outlasts the test.
                'llm_probe_wait_until_timestamp_seconds{provider="groq"} > time() + 60',
                'llm_exporter_probes_skipped_total{reason="waiting"} > 0',
                "vantage_target:llm_probe_throughput_window_tokens_per_second:p50",
                "vantage_target:llm_probe_tokens_per_success:ratio_increase30m",
                "vantage_target:llm_probe_ratelimit_utilization:ratio",
                'target:llm_probe_ttft_seconds:p95_rate1h{target="openai/o3"}',
                "llm_account_balance", "llm_account_spent_usd", "llm_provider_status"]

    def ask(self, query, values):
        """The series of an answer; a query that Prometheus refuses is a failure."""
        expression = dashboards.fill_in(query, values)
        now = time.time()
        if query.instant:
            path, arguments = "query", {"time": now}
        else:
            start = now - query.seconds // query.step * query.step
            path, arguments = "query_range", {"start": start, "end": now, "step": query.step}
        answer = json.loads(http(f"{self.prometheus.url}/api/v1/{path}?" + urllib.parse.urlencode(
            {"query": expression, **arguments}))[2])
        self.assertEqual(answer["status"], "success", (query.where, expression, answer))
        # NaN is drawn as nothing.
        return [r for r in answer["data"]["result"]
                if any(v != "NaN" for _, v in r.get("values", [r.get("value")]))]

    def choices(self, dashboard):
        """Sets of values for the variables: All, and each value of a variable that has no All."""
        values = dashboards.everything(dashboard)
        single = [v for v in dashboard["templating"]["list"]
                  if v["type"] == "query" and not v.get("includeAll")]
        if not single:
            return [values]
        self.assertEqual(len(single), 1)
        name = single[0]["name"]
        return [values | {name: value} for value in self.values_of(dashboard, name, values)]

    def values_of(self, dashboard, name, values):
        query = next(q for q in dashboards.queries(dashboard) if q.where.endswith(f": variable {name}"))
        return sorted(r["metric"][name] for r in self.ask(query, values) if r["metric"].get(name))

    def test_every_query_gives_data(self):
        empty = set()
        for d in dashboards.load().values():
            choices = self.choices(d)
            for q in dashboards.queries(d):
                if not any(self.ask(q, values) for values in choices):
                    empty.add(q.where)
        self.assertEqual(empty, set())

    def test_several_values_can_be_chosen(self):
        """As a person does: two of each variable that takes several, one of the others."""
        for d in dashboards.load().values():
            values = dashboards.everything(d)
            for v in d["templating"]["list"]:
                if v["type"] == "query":
                    found = self.values_of(d, v["name"], values)
                    if found:
                        values[v["name"]] = found[:2] if v.get("includeAll") else found[0]
            for q in dashboards.queries(d):
                self.ask(q, values)


if __name__ == "__main__":
    unittest.main()
