"""Reads the shipped dashboards, and fills in their variables as Grafana does."""

import json
import re
from collections import namedtuple

from harness import ROOT

FOLDER = ROOT / "grafana" / "dashboards"
# The scrape interval that grafana/provisioning tells Grafana: the least step, and a part of
# $__rate_interval.
SCRAPE_INTERVAL = 15
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

# kind: panel, variable or annotation; seconds: how long ago the range begins; step: in seconds.
Query = namedtuple("Query", "where kind expression instant seconds step")


def load():
    """{file name: dashboard}"""
    return {p.name: json.loads(p.read_text()) for p in sorted(FOLDER.glob("*.json"))}


def panels(dashboard):
    """All but the rows, which only head others."""
    return [p for p in dashboard["panels"] if p["type"] != "row"]


def variables(dashboard):
    return {v["name"]: v for v in dashboard["templating"]["list"]}


def seconds(duration):
    return int(duration[:-1]) * UNITS[duration[-1]]


def queries(dashboard):
    """Everything that the dashboard asks Prometheus for."""
    title, since = dashboard["title"], seconds(dashboard["time"]["from"].removeprefix("now-"))
    for v in dashboard["templating"]["list"]:
        if v["type"] == "query":
            series = re.fullmatch(r"label_values\((.+), *(\w+)\)", v["query"])
            yield Query(f"{title}: variable {v['name']}", "variable",
                        f"group by ({series[2]}) ({series[1]})", True, since, SCRAPE_INTERVAL)
    for a in dashboard["annotations"]["list"]:
        # Grafana asks for a hundred points.
        yield Query(f"{title}: annotation {a['name']}", "annotation", a["expr"], False, since,
                    max(seconds(a["step"]), since // 100))
    for p in panels(dashboard):
        length = seconds(p["timeFrom"]) if "timeFrom" in p else since
        # A graph about a thousand pixels wide.
        step = max(seconds(p.get("interval", f"{SCRAPE_INTERVAL}s")),
                   length // p.get("maxDataPoints", 1000))
        for t in p.get("targets", []):
            yield Query(f"{title}: {p['title']} {t['refId']}", "panel", t["expr"],
                        t.get("instant", False), length, step)


def fill_in(query, values):
    """The expression with its variables' values; `values` are what was chosen, a list for several."""
    built_in = {"__range": f"{query.seconds}s", "__interval": f"{query.step}s",
                "__rate_interval": f"{max(query.step + SCRAPE_INTERVAL, 4 * SCRAPE_INTERVAL)}s"}

    def value(match):
        name = match[1]
        if name in built_in:
            return built_in[name]
        if name not in values:
            return match[0]
        chosen = values[name]
        if isinstance(chosen, str):
            return chosen
        # As Grafana's data source for Prometheus: for a regular expression within a string.
        escaped = [re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", c) for c in chosen]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"

    return re.sub(r"\$(\w+)", value, query.expression)


def everything(dashboard):
    """What Grafana sends for All; a variable that has no All has no value here."""
    return {name: v["allValue"] for name, v in variables(dashboard).items() if v.get("includeAll")}
