"""Every alert says how urgent it is, whose trouble, and where to read on; every runbook is whole and
has its alert."""

import functools
import json
import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
SECTION = re.compile(r"^### (LLM\w+)\n\n(.*)\n((?:(?!^#).*\n)*)", re.M)
PARTS = ["Means", "Confirm", "Do", "Silence"]


@functools.cache
def alerts():
    rules = yaml.safe_load((ROOT / "alerts/alerting.rules.yml").read_text())
    return [rule for group in rules["groups"] for rule in group["rules"]]


@functools.cache
def sections():
    readme = (ROOT / "alerts/README.md").read_text()
    return {m[1]: (m[2], m[3]) for m in SECTION.finditer(readme)}


class Alerts(unittest.TestCase):
    def each(self):
        for alert in alerts():
            with self.subTest(alert["alert"]):
                yield alert

    def test_labels(self):
        for alert in self.each():
            self.assertEqual(set(alert["labels"]), {"severity", "layer"})
            self.assertIn(alert["labels"]["severity"], {"critical", "warning", "info"})
            self.assertIn(alert["labels"]["layer"],
                          {"provider", "credential", "vantage", "exporter"})

    def test_a_summary_is_one_sentence_and_the_same_for_all_of_a_group(self):
        for alert in self.each():
            self.assertRegex(alert["annotations"]["summary"], r"^[^{}.]+\.$")

    def test_a_description_is_sentences(self):
        for alert in self.each():
            description = alert["annotations"]["description"]
            self.assertNotIn("\n", description)
            self.assertRegex(description, r"(\.|\{\{ end \}\})$")

    def test_the_dashboard_exists(self):
        dashboards = (ROOT / "grafana/dashboards").glob("*.json")
        uids = {json.loads(path.read_text())["uid"] for path in dashboards}
        for alert in self.each():
            path = re.match(r"/d/([\w-]+)/(\?var-\w+=\{\{.*\}\})?$",
                            alert["annotations"]["dashboard_path"])
            self.assertIn(path and path[1], uids)

    def test_the_runbook_exists_and_tells_severity_and_layer(self):
        for alert in self.each():
            name = alert["alert"]
            self.assertEqual(alert["annotations"]["runbook_path"],
                             f"alerts/README.md#{name.lower()}")
            same = [a["labels"] for a in alerts() if a["alert"] == name]
            severities = sorted({labels["severity"] for labels in same}, reverse=True)
            self.assertEqual(sections()[name][0], ", ".join([*severities, same[0]["layer"]]))


class Runbooks(unittest.TestCase):
    def test_each_has_its_alert(self):
        self.assertEqual(set(sections()), {a["alert"] for a in alerts()})

    def test_each_is_whole(self):
        for name, (_, text) in sections().items():
            with self.subTest(name):
                self.assertEqual(re.findall(r"^\*\*(\w+)\*\* ", text, re.M), PARTS)

    def test_each_is_silenced_by_its_name_for_a_while(self):
        for name, (_, text) in sections().items():
            with self.subTest(name):
                self.assertRegex(text, rf"`amtool silence add alertname={name}( \w+=[A-Z]+)? "
                                       r"-d \d+[hd] -c WHY`")


if __name__ == "__main__":
    unittest.main()
