"""The shipped Alertmanager configuration: who is told of what, what keeps quiet, how it reads."""

import pathlib
import re
import subprocess
import unittest

from alert_sinks import Sinks
from alertmanager import ALERTS, Alertmanager, shipped, with_alternatives
from harness import Folder, tool, wait_until

# What a person does next depends on the layer; who is told, on the severity alone.
LAYERS = ("provider", "credential", "vantage", "exporter")
ROUTES = [({"severity": severity, "layer": layer}, severity)
          for severity in ("critical", "warning", "info") for layer in LAYERS]
ROUTES += [
    ({"severity": "page", "layer": "provider"}, "warning"),  # no severity of ours: not lost
    ({"alertname": "SomebodyElses"}, "warning"),
    ({"severity": "critical", "team": "payments"}, "critical"),
]

OPENAI = {"provider": "openai", "model": "gpt-4o", "target": "openai/gpt-4o"}
MINI = {"provider": "openai", "model": "gpt-4o-mini", "target": "openai/gpt-4o-mini"}
GROQ = {"provider": "groq", "model": "llama", "target": "groq/llama"}


def alert(name, severity, layer, **labels):
    return {"alertname": name, "severity": severity, "layer": layer, **labels}


VANTAGE_DOWN = alert("LLMVantageDown", "critical", "vantage")
EXPORTER_DOWN = alert("LLMExporterDown", "critical", "exporter", instance="a:9877")
EXPORTER_ABSENT = alert("LLMExporterAbsent", "critical", "exporter")
OUTAGE = alert("LLMProviderOutage", "critical", "provider", provider="openai")
TARGET_DOWN = alert("LLMTargetDown", "critical", "provider", **OPENAI)
UNAVAILABLE = alert("LLMProviderUnavailable", "critical", "provider", **OPENAI)
ERRORS = alert("LLMProviderErrorRateHigh", "critical", "provider", **OPENAI)
REVOKED = alert("LLMProbeAuthFailure", "critical", "credential", **OPENAI)
HARD_FAILURE = alert("LLMProbeHardFailure", "critical", "provider", **{"class": "overloaded"}, **OPENAI)
SUCCESS_RATE = alert("LLMProviderSuccessRateLow", "warning", "provider", **OPENAI)
BUDGET = alert("LLMProviderErrorBudgetBurn", "critical", "provider", **OPENAI)
LIMITED = alert("LLMProbeRateLimited", "warning", "credential", **OPENAI)
NO_CANDIDATE = alert("LLMFailoverNoCandidate", "critical", "provider", group="chat")


def slow(labels):
    return alert("LLMProviderTTFTHigh", "warning", "provider", **labels)


# What fires, what it explains, and whether that one keeps quiet.
INHIBITIONS = [
    ("no network here, provider", VANTAGE_DOWN, UNAVAILABLE, True),
    ("no network here, credential", VANTAGE_DOWN, REVOKED, True),
    ("no network here, the exporter is another matter", VANTAGE_DOWN, EXPORTER_DOWN, False),
    ("no network elsewhere", VANTAGE_DOWN | {"vantage": "eu"}, UNAVAILABLE | {"vantage": "us"}, False),
    ("no network there", VANTAGE_DOWN | {"vantage": "eu"}, UNAVAILABLE | {"vantage": "eu"}, True),
    ("exporter down", EXPORTER_DOWN, alert("LLMProbeStale", "warning", "exporter", **OPENAI), True),
    ("exporter absent", EXPORTER_ABSENT, alert("LLMProbeStale", "warning", "exporter", **OPENAI), True),
    ("exporter down elsewhere", EXPORTER_DOWN | {"vantage": "eu"},
     alert("LLMProbeStale", "warning", "exporter", vantage="us", **OPENAI), False),
    ("exporter down, skipped before", EXPORTER_DOWN,
     alert("LLMProbeSkipped", "warning", "exporter", **OPENAI), True),
    ("exporter down, provider", EXPORTER_DOWN, UNAVAILABLE, False),
    ("outage, slow", OUTAGE, slow(MINI), True),
    ("outage, another provider", OUTAGE, alert("LLMProviderErrorRateHigh", "critical", "provider", **GROQ),
     False),
    ("outage, its key", OUTAGE, REVOKED, False),
    ("outage, a single target", OUTAGE, TARGET_DOWN, True),
    ("outage, where to go", OUTAGE,
     alert("LLMFailoverRecommended", "warning", "provider", group="chat", **OPENAI), False),
    ("outage, its status page", OUTAGE,
     alert("LLMProviderStatusDisagrees", "info", "provider", provider="openai"), False),
    ("unavailable, one 503", UNAVAILABLE, HARD_FAILURE, True),
    ("down, one timeout", TARGET_DOWN, HARD_FAILURE, True),
    ("unavailable, error rate", UNAVAILABLE, ERRORS, True),
    ("unavailable, success rate", UNAVAILABLE, SUCCESS_RATE, True),
    ("unavailable, slow", UNAVAILABLE, slow(OPENAI), True),
    ("unavailable, budget", UNAVAILABLE | {"vantage": "eu"}, BUDGET, True),
    ("down, budget", TARGET_DOWN, BUDGET, True),
    ("down, another model's budget", TARGET_DOWN, BUDGET | MINI, False),
    ("unavailable, another model", UNAVAILABLE, ERRORS | MINI, False),
    ("unavailable, from elsewhere", UNAVAILABLE | {"vantage": "eu"}, ERRORS | {"vantage": "us"}, False),
    ("error rate, three in a row", ERRORS, UNAVAILABLE, False),
    ("one 503, success rate", HARD_FAILURE, SUCCESS_RATE, True),
    ("critical and warning", ERRORS, ERRORS | {"severity": "warning"}, True),
    ("critical and slow", ERRORS, slow(OPENAI), True),
    ("critical elsewhere", ERRORS | {"vantage": "eu"}, slow(OPENAI) | {"vantage": "us"}, False),
    ("critical and info", ERRORS, alert("LLMModelVersionChanged", "info", "provider", **OPENAI), False),
    ("critical and another model's warning", ERRORS, slow(MINI), False),
    ("critical and its rate limit", ERRORS, LIMITED, False),
    ("critical and its certificate", ERRORS,
     alert("LLMProviderCertificateExpiring", "warning", "provider", **OPENAI), False),
    ("warning and warning", ERRORS | {"severity": "warning"}, slow(OPENAI), False),
    ("no credit, limited before", REVOKED | {"alertname": "LLMProbeQuotaExhausted"}, LIMITED, True),
    ("key revoked, slow before", REVOKED, slow(OPENAI), False),
    ("a group's alert explains no other's", NO_CANDIDATE,
     alert("LLMProbeBudgetExceeded", "warning", "provider"), False),
    ("outage, its targets", OUTAGE, UNAVAILABLE, True),
]


def amtool(*argv):
    done = subprocess.run([tool("amtool"), *map(str, argv)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Configuration(unittest.TestCase):
    def test_amtool_finds_nothing_to_blame(self):
        self.assertEqual(amtool("check-config", ALERTS / "alertmanager.yml")[0], 0)

    def test_nor_in_the_commented_receivers(self):
        folder = Folder(self)
        config = folder.write("alertmanager.yml", with_alternatives(shipped()))
        code, output = amtool("check-config", config)
        self.assertEqual(code, 0, output)
        self.assertIn("opsgenie_api_key", config.read_text())

    def test_no_secret_stands_in_the_files(self):
        text = shipped()
        self.assertNotRegex(text, r"(?m)^[^#]*\b(routing_key|service_key|api_url|api_key|credentials|password): ")
        self.assertEqual(set(re.findall(r"file: (\S+)/\w+", text)), {"/run/secrets"})

    def test_the_documentation_names_every_secret(self):
        readme = (ALERTS / "README.md").read_text()
        for name in re.findall(r"/run/secrets/(\w+)", shipped()):
            self.assertIn(f">{name}", readme)

    def test_every_alert_that_is_named_exists(self):
        rules = (ALERTS / "alerting.rules.yml").read_text()
        names = re.findall(r"- alert: (\w+)", rules)
        for matcher in re.findall(r'alertname!?=~?"([^"]+)"', shipped()):
            for pattern in matcher.split("|"):
                self.assertTrue(any(re.fullmatch(pattern, name) for name in names), pattern)

    def test_routes(self):
        for labels, receiver in ROUTES:
            with self.subTest(**labels):
                code, output = amtool(
                    "config", "routes", "test", f"--config.file={ALERTS / 'alertmanager.yml'}",
                    f"--verify.receivers={receiver}", *(f"{k}={v}" for k, v in labels.items()))
                self.assertEqual(code, 0, output)


class Inhibition(unittest.TestCase):
    def test_what_is_explained_keeps_quiet(self):
        """Each row is asked with labels of its own, so that rows do not meet."""
        alertmanager = Alertmanager(self, Folder(self), Sinks(self))

        def apart(labels, row):
            own = {key: f"{labels[key]}.{row}" for key in ("provider", "target", "group")
                   if key in labels}
            return {**labels, **own, "vantage": f"{labels.get('vantage', '')}.{row}", "row": str(row)}

        # The error budget's alert has no vantage label, and an outage is seen from everywhere.
        posted = []
        for row, (_, source, target, _) in enumerate(INHIBITIONS):
            for labels in (source, target):
                own = apart(labels, row)
                if labels["alertname"] in ("LLMProviderOutage", "LLMProviderErrorBudgetBurn"):
                    del own["vantage"]
                posted.append(own)
        # Sources are noticed one after the other: once the last row's is, all are.
        self.assertTrue(INHIBITIONS[-1][3])
        last = (str(len(INHIBITIONS) - 1), INHIBITIONS[-1][2]["alertname"])

        def look():
            seen = [(a["labels"], bool(a["status"]["inhibitedBy"])) for a in alertmanager.alerts()]
            noticed = any(quiet and (labels["row"], labels["alertname"]) == last
                          for labels, quiet in seen)
            return len(seen) == len(posted) and noticed and {
                (labels["row"], labels["alertname"], labels["severity"]): quiet
                for labels, quiet in seen}
        alertmanager.post([{"labels": labels} for labels in posted])
        quiet = wait_until("the last row", look)
        for row, (name, source, target, wanted) in enumerate(INHIBITIONS):
            with self.subTest(name):
                key = lambda labels: (str(row), labels["alertname"], labels["severity"])
                self.assertEqual(quiet[key(target)], wanted)
                self.assertFalse(wanted and quiet[key(source)], "explained in a circle")


class Messages(unittest.TestCase):
    """One alert of each severity, and what each service is sent."""

    @classmethod
    def setUpClass(cls):
        owner = type("Owner", (), {"addCleanup": cls.addClassCleanup})
        cls.sinks = Sinks(owner)
        cls.alertmanager = Alertmanager(
            owner, Folder(owner), cls.sinks, lambda text: re.sub(
                r"(group_wait|group_interval): \w+", r"\1: 200ms", text))
        annotations = {
            "summary": "LLM provider unavailable on 3 or more consecutive checks.",
            "description": "openai/gpt-4o answered 503 <3 times> & more. Fail over.",
            "runbook_path": "alerts/README.md#llmproviderunavailable",
            "dashboard_path": "/d/llm-probe-target/?var-target=openai/gpt 4o|x"}
        cls.firing = [
            {"labels": UNAVAILABLE | {"vantage": "eu"}, "annotations": annotations,
             "startsAt": "2026-11-25T05:04:05.678+02:00"},
            {"labels": slow(GROQ), "annotations": annotations},
            {"labels": alert("LLMModelVersionChanged", "info", "provider", **MINI),
             "annotations": annotations | {"description": "Now <!channel|gpt-5>."}},
            {"labels": alert("LLMModelVersionChanged", "info", "provider", **GROQ),
             "annotations": annotations},
            {"labels": alert("LLMFailoverRecommended", "warning", "provider", group="chat",
                             provider="local", target="local/qwen"),
             "annotations": annotations},
            *({"labels": alert("LLMProviderErrorRateHigh", "critical", "provider", provider="many",
                               target=f"many/{i}"),
               "annotations": annotations} for i in range(12))]
        cls.alertmanager.post(cls.firing)
        # Two providers are critical, and four services hear of each; two warnings, two info.
        wait_until("all firing", lambda: len(cls.sinks.select(status="firing")) == 12)
        cls.alertmanager.post([a | {"endsAt": "2026-11-25T03:14:00Z"} for a in cls.firing])
        wait_until("all resolved", lambda: len(cls.sinks.select(status="resolved")) == 10)

    def one(self, sink, status, subject):
        found = self.sinks.select(sink=sink, status=status, subject=subject)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_page(self):
        body = self.one("pagerduty", "firing", "openai/gpt-4o").body
        payload = body["payload"]
        self.assertEqual(
            payload["summary"], "[CRITICAL] openai/gpt-4o: LLMProviderUnavailable (seen from eu)")
        self.assertEqual((payload["severity"], payload["class"], payload["component"], payload["group"]),
                         ("critical", "LLMProviderUnavailable", "openai", "provider"))
        self.assertEqual(
            payload["custom_details"]["firing"].strip(),
            "LLMProviderUnavailable: openai/gpt-4o, since 03:04:05 UTC, Wed 25 Nov\n"
            "openai/gpt-4o answered 503 <3 times> & more. Fail over.\n"
            "Runbook: https://git.example.com/llm_exporter/blob/main/alerts/README.md#llmproviderunavailable\n"
            "Dashboard: http://localhost:3000/d/llm-probe-target/?var-target=openai/gpt%204o%7Cx")
        self.assertEqual([link["text"] for link in body["links"]], ["Runbook", "Dashboard", "Silence"])
        self.assertEqual(
            body["links"][2]["href"], "http://alertmanager.example/#/silences/new?filter=%7B"
            "alertname%3D%22LLMProviderUnavailable%22%2Clayer%3D%22provider%22%2C"
            "model%3D%22gpt-4o%22%2Cprovider%3D%22openai%22%2Cseverity%3D%22critical%22%2C"
            "target%3D%22openai%2Fgpt-4o%22%2Cvantage%3D%22eu%22%7D")

    def test_a_page_ends_the_incident_it_began(self):
        for sink in ("pagerduty", "opsgenie"):
            begun = self.one(sink, "firing", "openai/gpt-4o")
            self.assertEqual(self.one(sink, "resolved", "openai/gpt-4o").incident, begun.incident)
        over = self.one("pagerduty", "resolved", "openai/gpt-4o").body["payload"]["custom_details"]
        self.assertFalse(over["firing"])  # empty, or null in newer ones
        self.assertRegex(over["resolved"], r"^LLMProviderUnavailable: .*, over at 03:14:00\n")

    def test_opsgenie(self):
        body = self.one("opsgenie", "firing", "openai/gpt-4o").body
        self.assertEqual((body["priority"], body["entity"]), ("P1", "openai/gpt-4o"))
        self.assertEqual(body["tags"], ["llm", "provider", "openai"])
        self.assertIn("Fail over.", body["description"])
        self.assertIn("#llmproviderunavailable", body["details"]["runbook"])

    def test_slack(self):
        message = self.one("slack-critical", "firing", "openai/gpt-4o").body["attachments"][0]
        self.assertEqual(message["color"], "danger")
        self.assertEqual(message["fallback"], message["title"])
        self.assertEqual(message["title_link"],
                         "http://localhost:3000/d/llm-probe-target/?var-target=openai/gpt%204o%7Cx")
        first, second, links, silence = message["text"].splitlines()
        self.assertEqual(
            first, "*LLMProviderUnavailable* `openai/gpt-4o`, since 03:04:05 UTC, Wed 25 Nov")
        self.assertEqual(second, "openai/gpt-4o answered 503 &lt;3 times&gt; &amp; more. Fail over.")
        self.assertRegex(links, r"^<https://git\S+#llmproviderunavailable\|Runbook>  <http\S+\|Dashboard>$")
        self.assertRegex(silence, r"^<http://alertmanager\.example/#/silences/new\S+\|Silence>$")
        over = self.one("slack-critical", "resolved", "openai/gpt-4o").body["attachments"][0]
        self.assertEqual(over["color"], "good")
        self.assertEqual(over["title"],
                         "[RESOLVED] openai/gpt-4o: LLMProviderUnavailable (seen from eu)")
        self.assertEqual(over["text"].strip(), "Over: LLMProviderUnavailable `openai/gpt-4o`, "
                                       "since 03:04:05 UTC, Wed 25 Nov, over at 03:14:00")

    def test_a_warning_pages_nobody(self):
        found = self.sinks.select(subject="groq/llama", alert="LLMProviderTTFTHigh")
        self.assertEqual({n.sink for n in found}, {"slack-warning"})
        self.assertEqual(found[0].severity, "WARNING")

    def test_failover_is_about_the_group_and_not_about_where_to_go(self):
        self.assertEqual(self.one("slack-warning", "firing", "group chat").alerts,
                         {"LLMFailoverRecommended"})

    def test_info_is_quiet_and_a_models_name_mentions_nobody(self):
        found = self.sinks.select(subject="openai/gpt-4o-mini")
        self.assertEqual([(n.sink, n.status) for n in found], [("slack-info", "firing")])
        self.assertNotIn("<!channel", found[0].text())

    def test_many_targets_of_a_provider_are_one_page_of_bounded_size(self):
        page = self.one("pagerduty", "firing", "many")
        self.assertEqual(page.title, "[CRITICAL] many: LLMProviderErrorRateHigh")
        text = page.body["payload"]["custom_details"]["firing"].strip()
        self.assertEqual(text.count("Runbook: "), 10)
        self.assertTrue(text.endswith("The first 10 of 12 alerts."), text)
        self.assertIn("The first 10 of 12 alerts.", self.one("slack-critical", "firing", "many").text())


if __name__ == "__main__":
    unittest.main()
