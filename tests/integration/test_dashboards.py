"""The dashboards keep the conventions: those of grafana/dashboard-linter, and ours.

Exclusions, with their reasons, are in grafana/dashboards/.lint, which the linter reads too.
"""

import json
import math
import re
import subprocess
import unittest

import dashboards
from dashboards import FOLDER, panels, seconds, variables
from harness import ROOT, Folder, tool
from promql import selectors

ALERTING = ROOT / "alerts" / "alerting.rules.yml"
RECORDING = ROOT / "alerts" / "recording.rules.yml"
TAG = "llm-probe"
NAMES = ["exporter", "failover", "latency", "overview", "slo", "target", "usage"]

# Units of Grafana that are in use; it shows any other text as a suffix, which hides a typo.
UNITS = {"none", "short", "percentunit", "currencyUSD", "bytes", "s", "dtdurations", "cpm", "cps",
         "dateTimeFromNow", "dateTimeAsIso"}
CORE_PANELS = {"stat", "gauge", "bargauge", "barchart", "timeseries", "state-timeline",
               "status-history", "table", "heatmap"}
# Metrics whose numbers are codes: nobody knows by heart what a 4 is.
CODES = re.compile(r"llm_(probe_state|probe_breaker_state|provider_status|exporter_budget_level|"
                   r"vantage_canary_success|vantage_down|exporter_config_last_reload_successful)$")


# ---- Rules of grafana/dashboard-linter. Each takes a dashboard and gives (panel or None, problem).

def template(dashboard, name):
    v = variables(dashboard).get(name)
    if not v:
        yield None, f"no variable {name}"
    elif (v["type"], v["datasource"]["uid"], v["label"], v.get("multi"), v.get("allValue")) != (
            "query", "${datasource}", name.title(), True, ".+"):
        yield None, f"variable {name} is {v}"


def template_datasource_rule(dashboard):
    found = [(v["name"], v["label"], v["query"]) for v in dashboard["templating"]["list"]
             if v["type"] == "datasource"]
    if found != [("datasource", "Data source", "prometheus")]:
        yield None, f"data source variables: {found}"


def template_job_rule(dashboard):
    yield from template(dashboard, "job")


def template_instance_rule(dashboard):
    yield from template(dashboard, "instance")


def template_label_promql_rule(dashboard):
    for v in variables(dashboard).values():
        if v["type"] == "query" and not re.fullmatch(r"label_values\(.+, *\w+\)", v["query"]):
            yield None, f"variable {v['name']}: {v['query']}"


def template_on_time_change_reload_rule(dashboard):
    for v in variables(dashboard).values():
        if v["type"] == "query" and v["refresh"] != 2:
            yield None, f"variable {v['name']} is not read again when the time range changes"


def uneditable_dashboard_rule(dashboard):
    if dashboard.get("editable") is not False:
        yield None, "a provisioned dashboard cannot be saved, and should not look as if"


def panel_datasource_rule(dashboard):
    for p in panels(dashboard):
        for d in [p.get("datasource"), *(t["datasource"] for t in p["targets"] if "datasource" in t)]:
            if d != {"type": "prometheus", "uid": "${datasource}"}:
                yield p, f"data source {d}"


def panel_title_description_rule(dashboard):
    for p in panels(dashboard):
        if not p.get("title") or len(p.get("description", "")) < 20:
            yield p, "needs a title, and a description that says something"


def panel_units_rule(dashboard):
    for p in panels(dashboard):
        units = [p["fieldConfig"]["defaults"].get("unit")]
        units += [q["value"] for o in p["fieldConfig"]["overrides"] for q in o["properties"]
                  if q["id"] == "unit"]
        if p["type"] == "heatmap":
            units = [p["options"]["yAxis"]["unit"], p["options"]["cellValues"]["unit"]]
        for unit in units:
            if unit not in UNITS:
                yield p, f"unit {unit}"


def panel_no_targets_rule(dashboard):
    for p in panels(dashboard):
        if not p.get("targets"):
            yield p, "asks for nothing"


def each_selector(dashboard):
    for p in panels(dashboard):
        for t in p["targets"]:
            for s in selectors(t["expr"]):
                yield p, s


def target_job_rule(dashboard):
    for p, s in each_selector(dashboard):
        if s.matchers.get("job") != ("=~", "$job"):
            yield p, f"no job=~\"$job\" at {s.name}"


def target_instance_rule(dashboard):
    for p, s in each_selector(dashboard):
        if s.matchers.get("instance") != ("=~", "$instance"):
            yield p, f"no instance=~\"$instance\" at {s.name}"


def target_rate_interval_rule(dashboard):
    for p, s in each_selector(dashboard):
        if s.function in ("rate", "irate") and s.window != "$__rate_interval":
            yield p, f"{s.function} of {s.name} over {s.window}"


def target_counter_agg_rule(dashboard):
    for p, s in each_selector(dashboard):
        if s.name.endswith("_total") and s.function not in ("rate", "irate", "increase"):
            yield p, f"{s.name} is a counter, and is not in a rate"


LINTER = [template_datasource_rule, template_job_rule, template_instance_rule,
          template_label_promql_rule, template_on_time_change_reload_rule,
          uneditable_dashboard_rule, panel_datasource_rule, panel_title_description_rule,
          panel_units_rule, panel_no_targets_rule, target_job_rule, target_instance_rule,
          target_rate_interval_rule, target_counter_agg_rule]


# ---- Our own.

def provisions_without_a_click(dashboard):
    """What the Import dialog would ask for or replace is not there."""
    for key in {"__inputs", "__requires", "__elements", "id", "version", "gnetId", "iteration"}:
        if key in dashboard:
            yield None, key
    if "${DS_" in json.dumps(dashboard):
        yield None, "a data source that only the Import dialog fills in"


def is_of_the_family(dashboard):
    """Same tag, crosshair and links, so that seven dashboards are one thing."""
    for key, wanted in (("schemaVersion", 39), ("graphTooltip", 1), ("tags", [TAG])):
        if dashboard.get(key) != wanted:
            yield None, f"{key} is {dashboard.get(key)}"
    if dashboard["refresh"] not in ("1m", "5m"):
        yield None, f"refresh {dashboard['refresh']}"
    link = dashboard["links"][0]
    if not (link["type"], link["tags"], link["keepTime"], link["includeVars"]) == (
            "dashboards", [TAG], True, True):
        yield None, f"link {link}"


def panels_fill_the_grid(dashboard):
    """24 columns, nothing over another, no hole."""
    taken = {}
    for p in dashboard["panels"]:
        g = p["gridPos"]
        if g["x"] < 0 or g["x"] + g["w"] > 24:
            yield p, f"is wider than the grid: {g}"
        for cell in ((x, y) for x in range(g["x"], g["x"] + g["w"])
                     for y in range(g["y"], g["y"] + g["h"])):
            if cell in taken:
                yield p, f"lies over {taken[cell]} at {cell}"
                return
            taken[cell] = p["title"]
    bottom = 1 + max(y for _, y in taken)
    holes = [(x, y) for y in range(bottom) for x in range(24) if (x, y) not in taken]
    if holes:
        yield None, f"holes at {holes[:5]}"


def panels_have_ids_of_their_own(dashboard):
    ids = [p["id"] for p in dashboard["panels"]]
    if ids != list(range(1, len(ids) + 1)):
        yield None, f"ids {ids}"


def panels_are_core(dashboard):
    for p in panels(dashboard):
        if p["type"] not in CORE_PANELS:
            yield p, f"type {p['type']}: a plugin would have to be installed"


def titles_differ(dashboard):
    titles = [p["title"] for p in panels(dashboard)]
    for p in panels(dashboard):
        if titles.count(p["title"]) > 1:
            yield p, "another panel has this title"


def gaps_show_as_gaps(dashboard):
    for p in panels(dashboard):
        custom = p["fieldConfig"]["defaults"].get("custom", {})
        if p["type"] == "timeseries" and custom.get("spanNulls") is not False:
            yield p, "connects what was not measured"
        if p["type"] in ("stat", "gauge", "bargauge") and not all(t.get("instant") for t in p["targets"]):
            yield p, "would show the last value that there was as the one of now"


def steps_are_not_shorter_than_probes(dashboard):
    """One probe a minute: less than five minutes a point is noise, for a heatmap less than fifteen."""
    for p in panels(dashboard):
        for s in (s for t in p["targets"] for s in selectors(t["expr"])):
            if s.window != "$__rate_interval":
                continue
            least = 60 if s.name.startswith("process_") else 900 if p["type"] == "heatmap" else 300
            if seconds(p.get("interval", "0s")) < least:
                yield p, f"{s.name} needs an interval of at least {least} s"


def codes_are_words(dashboard):
    """A state is shown by name, and never by colour alone."""
    for p in panels(dashboard):
        for t in p["targets"]:
            if p["type"] not in ("stat", "state-timeline") or "count(" in t["expr"]:
                continue
            if any(CODES.match(s.name) for s in selectors(t["expr"])):
                words = [w["text"] for m in p["fieldConfig"]["defaults"].get("mappings", [])
                         for w in m["options"].values()]
                if len(words) < 2 or not all(words):
                    yield p, "shows a code without its word"


def series_of_targets_lead_to_the_target(dashboard):
    for p in panels(dashboard):
        names = [t.get("legendFormat", "") for t in p["targets"]]
        if any("{{target}}" in n for n in names) and dashboard["uid"] != "llm-probe-target":
            links = p["fieldConfig"]["defaults"].get("links", [])
            if not any("/d/llm-probe-target?" in link["url"] for link in links):
                yield p, "has no link to the target"


def links_lead_somewhere(dashboard):
    for url in re.findall(r'"(/d/[^"]+)"', json.dumps(dashboard)):
        yield from ((None, problem) for problem in problems_of_link(url))


def variables_are_used(dashboard):
    text = json.dumps([dashboard["panels"], dashboard["annotations"], dashboard["templating"]])
    for name in variables(dashboard):
        if not re.search(rf"\$\{{?{name}\b", text):
            yield None, f"variable {name} does nothing"


def annotations_tell_what_happened(dashboard):
    found = [(a["name"], a["enable"]) for a in dashboard["annotations"]["list"]]
    if found != [("Alerts", True), ("Model version", True), ("Exporter restart", False)]:
        yield None, f"annotations {found}"


OURS = [provisions_without_a_click, is_of_the_family, panels_fill_the_grid,
        panels_have_ids_of_their_own, panels_are_core, titles_differ, gaps_show_as_gaps,
        steps_are_not_shorter_than_probes, codes_are_words, series_of_targets_lead_to_the_target,
        links_lead_somewhere, variables_are_used, annotations_tell_what_happened]


def problems_of_link(url):
    """Of a link to a dashboard: it exists, and has the variables that are set."""
    match = re.match(r"/d/(llm-probe-\w+)/?(?:\?(.*))?$", url)
    by_uid = {d["uid"]: d for d in dashboards.load().values()}
    if not match or match[1] not in by_uid:
        yield f"{url} leads nowhere"
        return
    for name in re.findall(r"var-(\w+)=|\$\{(\w+):queryparam\}", match[2] or ""):
        if "".join(name) not in variables(by_uid[match[1]]):
            yield f"{url} sets {''.join(name)}, which is no variable there"


class Conventions(unittest.TestCase):
    def setUp(self):
        self.dashboards = dashboards.load()
        self.lint = json.loads((FOLDER / ".lint").read_text())["exclusions"]

    def check(self, rule, excluded=()):
        """excluded: entries of .lint; None for all of the rule."""
        if excluded is None:
            self.assertTrue(any(list(rule(d)) for d in self.dashboards.values()), "excluded in vain")
            return
        used = set()
        for d in self.dashboards.values():
            for p, problem in rule(d):
                title = p["title"] if p else None
                entries = [i for i, e in enumerate(excluded)
                           if e["dashboard"] == d["title"] and e.get("panel") in (None, title)]
                used.update(entries)
                if not entries:
                    self.fail(f"{d['title']} / {title}: {problem}")
        self.assertEqual(used, set(range(len(excluded))), "an exclusion that excludes nothing")

    def test_the_seven_are_there_and_each_has_the_uid_of_its_file(self):
        self.assertEqual([f"{n}.json" for n in NAMES], list(self.dashboards))
        for name, d in self.dashboards.items():
            self.assertEqual(d["uid"], f"{TAG}-{name.removesuffix('.json')}")

    def test_rules_of_dashboard_linter(self):
        for rule in LINTER:
            name = rule.__name__.replace("_", "-")
            with self.subTest(name):
                self.check(rule, self.lint[name].get("entries") if name in self.lint else ())
        self.assertLessEqual(set(self.lint), {r.__name__.replace("_", "-") for r in LINTER})

    def test_rules_of_ours(self):
        for rule in OURS:
            with self.subTest(rule.__name__):
                self.check(rule)

    def test_every_query_is_promql(self):
        """The linter's target-promql-rule, by Prometheus' own parser."""
        rules = []
        for d in self.dashboards.values():
            one_each = {v: "x" for v in variables(d)}
            rules += [{"record": f"q:{len(rules) + i}", "expr": dashboards.fill_in(q, one_each)}
                      for i, q in enumerate(dashboards.queries(d))]
        path = Folder(self).write("queries.yml", json.dumps(
            {"groups": [{"name": "queries", "rules": rules}]}))
        done = subprocess.run([tool("promtool"), "check", "rules", path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_alerts_lead_to_dashboards_that_exist(self):
        paths = re.findall(r"dashboard_path:\s*(?:>-\s*)?(/d/.*)", ALERTING.read_text())
        self.assertGreater(len(paths), 20)
        for path in paths:
            self.assertEqual(list(problems_of_link(re.sub(r"\{\{.*?\}\}", "x", path))), [])

    def test_alerts_that_descriptions_speak_of_exist(self):
        alerts = set(re.findall(r"- alert: (\w+)", ALERTING.read_text()))
        for path in (*FOLDER.glob("*.json"), FOLDER.parent / "README.md"):
            named = set(re.findall(r"\bLLM[A-Z]\w+", path.read_text()))
            self.assertEqual(named - alerts, set(), path.name)


# What colours a number is the number of the alert: record of a threshold, and where it is drawn.
DRAWN = [
    ("llm_probe_success:ratio", "overview", "Success rate", None),
    ("llm_probe_success:ratio", "overview", "Status now", "Success"),
    ("llm_probe_success:ratio", "target", "Availability by vantage point", None),
    ("llm_probe_success:ratio", "slo", "Availability per day", None),
    ("llm_probe_consecutive_failures:count", "overview", "Status now", "Failures in a row"),
    ("llm_probe_consecutive_failures:count", "target", "Failures in a row", None),
    ("llm_probe_ratelimit_utilization:ratio", "overview", "Status now", "Limit used"),
    ("llm_probe_ratelimit_utilization:ratio", "usage", "Fullest in the range", None),
    ("llm_probe_ratelimit_utilization:ratio", "usage", "Limits announced", "Used"),
    ("llm_exporter_budget_spent:ratio", "usage", "Budget of the day used", None),
    ("llm_exporter_budget_spent:ratio", "usage", "Tokens of the day used", None),
    ("llm_probe_tls_cert_expiry_left:seconds", "target", "Certificate expires", None),
    ("llm_probe_model_deprecation_left:seconds", "target", "Model is retired", None),
]


class Thresholds(unittest.TestCase):
    """A colour or line that is drawn where no alert is would be believed."""

    def setUp(self):
        self.dashboards = dashboards.load()
        self.rules = {name: math.prod(map(float, number.split("*"))) for name, number in re.findall(
            r"record: threshold:(\S+)\s+expr: vector\(([\d.* ]+)\)", RECORDING.read_text())}
        self.assertGreater(len(self.rules), 10)

    def panel(self, name, title):
        return next(p for p in panels(self.dashboards[f"{name}.json"]) if p["title"] == title)

    def steps(self, name, title, column=None):
        config = self.panel(name, title)["fieldConfig"]
        thresholds = config["defaults"].get("thresholds")
        if column:
            thresholds = next(q["value"] for o in config["overrides"] for q in o["properties"]
                              if o["matcher"]["options"] == column and q["id"] == "thresholds")
        return [s["value"] for s in thresholds["steps"]]

    def test_colours_change_where_alerts_fire(self):
        for record, name, title, column in DRAWN:
            with self.subTest(record=record, panel=title):
                self.assertIn(self.rules[record], self.steps(name, title, column))

    def test_the_objective_is_that_of_the_error_budget(self):
        objective = 1 - self.rules["llm_probe_error_budget:ratio"]
        for name, title in (("slo", "Availability"), ("slo", "Availability per day"),
                            ("overview", "Success rate"), ("target", "Availability by vantage point")):
            self.assertIn(objective, self.steps(name, title))

    def test_burn_rates_are_drawn_where_they_alert(self):
        text = ALERTING.read_text()
        for window, title in (("1h", "Burn rate of one hour"), ("6h", "Burn rate of six hours")):
            factor = re.search(rf"ratio_increase{window}\s*>\s*\(?([\d.]+) \*", text)[1]
            self.assertIn(float(factor), self.steps("slo", title))
        self.assertRegex(text, r"ratio_increase3d\s*>\s*scalar\(threshold:llm_probe_error_budget:ratio\)")
        self.assertIn(1, self.steps("slo", "Burn rate of three days"))

    def test_lines_are_the_records_that_alerts_read(self):
        """A panel draws `threshold:x`; an alert compares with it."""
        drawn = {s.name for d in self.dashboards.values() for p in panels(d) for t in p["targets"]
                 for s in selectors(t["expr"]) if s.name.startswith("threshold:")}
        self.assertLessEqual({"threshold:llm_probe_failure:ratio_warning",
                              "threshold:llm_probe_failure:ratio_critical",
                              "threshold:llm_probe_ratelimit_utilization:ratio"}, drawn)
        for name in drawn:
            self.assertIn(name, ALERTING.read_text())


class Provisioning(unittest.TestCase):
    """What is said twice is the same: Grafana, Prometheus and Compose meet in these files."""

    def line(self, path, pattern):
        found = re.findall(pattern, (ROOT / path).read_text(), re.M)
        self.assertEqual(len(found), 1, (path, pattern))
        return found[0]

    def test_grafana_knows_how_often_prometheus_scrapes(self):
        told = self.line("grafana/provisioning/datasources/llm-probe.yml", r"timeInterval: (\w+)")
        self.assertEqual(told, self.line("config/prometheus.yml", r"^  scrape_interval: (\w+)"))
        self.assertEqual(seconds(told), dashboards.SCRAPE_INTERVAL)

    def test_grafana_looks_where_compose_puts_the_dashboards(self):
        path = self.line("grafana/provisioning/dashboards/llm-probe.yml", r"^ +path: (\S+)")
        self.assertEqual(path, self.line("docker-compose.yml", r"\./grafana/dashboards:([^:]+):ro"))


if __name__ == "__main__":
    unittest.main()
