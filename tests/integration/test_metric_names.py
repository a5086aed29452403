"""Every metric that dashboards, rules and documentation name is one that the exporter has."""

import re
import unittest

import dashboards
from demo import Demo
from harness import ROOT, ClassCleanup, Exporter, Folder, wait_until
from promql import selectors

RULES = sorted((ROOT / "alerts").glob("*.rules.yml"))
DOCUMENTS = [ROOT / name for name in (
    "README.md", "alerts/README.md", "grafana/README.md", "config/README.md", "config/demo.yml",
    "config/llm_exporter.example.yml", "tests/README.md")]

# Prometheus makes these itself.
PROMETHEUS = {"up", "ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds", "scrape_samples_scraped"}
# Labels that the scrape configuration puts on every series.
TARGET_LABELS = {"job", "instance", "vantage"}

OURS = re.compile(r"(?<![\w/.-])llm_(?:probe|provider|account|vantage|failover|exporter)_\w+(?![\w.]*\.(?:json|yml))")
RECORD = re.compile(r"\b(?:vantage_target|vantage_provider|target_hour|target|provider|vantage|"
                    r"threshold):llm_[\w:]*\w")


def expressions(rules):
    """The expressions of a rule file: on the line of `expr:`, or indented below it."""
    for match in re.finditer(r"^( +)expr: (?:\|\d?-?\n((?:\1 .*\n|\n)+)|(.*)\n)", rules, re.M):
        yield match[2] or match[3]


def records():
    return {r for path in RULES for r in re.findall(r"record: (\S+)", path.read_text())}


def names_in(text):
    """(names, abbreviations) of a document. An abbreviation is `_tail`, after a name of the same
    line: (name, tail). A name that goes on with * stands for all that begin so."""
    names, short = set(RECORD.findall(text)), set()
    for line in text.splitlines():
        last = None
        for match in re.finditer(rf"({OURS.pattern})|`(_[a-z_]+)[`{{]", line):
            if match[1]:
                last = match[1] + "*" * line.startswith("*", match.end())
                names.add(last)
            elif last:
                short.add((last, match[2]))
    return names, short


def known(name, names):
    return any(n.startswith(name[:-1]) for n in names) if name.endswith("*") else name in names


def known_abbreviation(name, tail, names):
    """`llm_a_b_total`, `_c_total` is llm_a_c_total, or llm_c_total."""
    return any(name[:i] + tail in names for i, c in enumerate(name + "_") if c == "_")


class Exposition:
    """What /metrics has shown so far: some metrics come and go with what they tell."""

    def __init__(self, exporter):
        self.exporter = exporter
        self.labels = {}  # of each metric: {label: values seen}

    def look(self):
        for name, labels in self.exporter.metrics():
            seen = self.labels.setdefault(name, {})
            for label, value in labels:
                seen.setdefault(label, set()).add(value)
        # A document speaks of a histogram or a summary by its own name.
        for name in list(self.labels):
            self.labels.setdefault(re.sub(r"_(bucket|sum|count)$", "", name), self.labels[name])
        return self.labels

    def wait_for(self, problems):
        """Looks until there is no problem any more."""
        last = []

        def check():
            self.look()
            last[:] = problems()
            return not last
        try:
            wait_until("every name", check)
        except AssertionError:
            raise AssertionError("\n".join(last)) from None


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        test = ClassCleanup(cls)
        folder = Folder(test)
        demo = Demo(test, folder)
        cls.exposition = Exposition(Exporter(test, folder, demo.config))
        demo.fault("cohere", "{fault: rate_limited, retry_after: 10m}")
        demo.fault("bedrock", "fault: auth")  # opens its breaker

    def wanted(self):
        """(where, selector) of all that is asked of Prometheus."""
        for d in dashboards.load().values():
            for q in dashboards.queries(d):
                for s in selectors(q.expression):
                    yield q.where, s
        for path in RULES:
            found = list(expressions(path.read_text()))
            self.assertGreater(len(found), 20)
            for e in found:
                for s in selectors(e):
                    yield f"{path.name}: {e.strip()}", s

    def problems_of(self, where, selector):
        name, labels = selector.name, self.exposition.labels.get(selector.name)
        if not name or name in PROMETHEUS or name in records():
            return
        if labels is None:
            yield f"{where}: no metric {name}"
            return
        for label, (operator, value) in selector.matchers.items():
            if label in TARGET_LABELS:
                continue
            if label not in labels and value:  # ="" asks for those without the label
                yield f"{where}: {name} has no label {label}"
            elif operator in ("=", "=~") and re.fullmatch(r"[\w.|]+", value):
                for one in set(value.split("|")) - labels.get(label, set()):
                    yield f"{where}: {name} has no {label} {one}"

    def test_dashboards_and_rules_ask_for_what_there_is(self):
        wanted = list(self.wanted())
        self.assertGreater(len(wanted), 300)
        self.exposition.wait_for(lambda: [
            problem for where, s in wanted for problem in self.problems_of(where, s)])

    def test_documents_name_what_there_is(self):
        in_documents = {path: names_in(path.read_text()) for path in DOCUMENTS}
        self.assertGreater(len(set().union(*(n for n, _ in in_documents.values()))), 30)

        def problems():
            names = set(self.exposition.labels) | records()
            for path, (full, short) in in_documents.items():
                yield from (f"{path.name}: no metric {n}" for n in sorted(full)
                            if not known(n, names))
                yield from (f"{path.name}: `{tail}` after {n} is no metric" for n, tail in sorted(short)
                            if not known_abbreviation(n.rstrip("*"), tail, names))
        self.exposition.wait_for(lambda: list(problems()))


if __name__ == "__main__":
    unittest.main()
