"""The OpenAPI description that the exporter serves, held against what it really answers."""

import copy
import json
import unittest
import urllib.parse

import jsonschema

from harness import Exporter, Folder, Simulator, wait_until
from scripts import QUICK, fake, provider_config, script

ENV = {"SIM_KEY": "sk-sim-0123456789abcdef"}


def strict(schema):
    """No member that is not described, in any object that describes its members."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            strict(value)
    elif isinstance(schema, list):
        for value in schema:
            strict(value)
    return schema


class Description:
    """Answers are checked as they come; `asked` is what of the description they were."""

    def __init__(self, exporter):
        self.exporter = exporter
        status, headers, text = exporter.get("/api/v1/openapi.json")
        assert (status, headers["Content-Type"]) == (200, "application/json")
        self.document = json.loads(text)
        self.components = strict(copy.deepcopy(self.document["components"]))
        self.asked = set()

    def ask(self, path, headers=None, query=None, **parameters):
        """(status, headers, body) of a GET that must be as described."""
        url = path
        for name, value in parameters.items():
            url = url.replace("{%s}" % name, value)
        status, got, body = self.exporter.get(
            url + ("?" + urllib.parse.urlencode(query) if query else ""), headers=headers)
        described = self.document["paths"][path]["get"]["responses"]
        assert str(status) in described, f"{url}: {status} is not described"
        answer = described[str(status)]
        for name, rule in answer.get("headers", {}).items():
            jsonschema.validate(got[name], rule["schema"])
        if "content" in answer:
            kind = got["Content-Type"].split(";")[0]
            assert kind in answer["content"], f"{url}: {kind} is not described"
            schema = strict(copy.deepcopy(answer["content"][kind]["schema"]))
            value = json.loads(body) if kind == "application/json" else body
            jsonschema.Draft202012Validator({"components": self.components, **schema}).validate(value)
            self.asked.add((path, str(status), kind))
        else:
            assert body == "", body
            self.asked.add((path, str(status), None))
        head, head_headers, head_body = self.exporter.get(url, method="HEAD", headers=headers)
        if not query:
            assert (head, head_body) == (status, ""), f"HEAD {url}: {head}"
            assert head_headers.get("Content-Type") == got.get("Content-Type")
        return status, got, body

    def everything(self):
        """All that is described: (path, status, content type)."""
        return {(path, status, kind)
                for path, methods in self.document["paths"].items()
                for status, answer in methods["get"]["responses"].items()
                for kind in answer.get("content", {None: None})}


class Api(unittest.TestCase):
    def setUp(self):
        folder = Folder(self)
        self.simulator = Simulator(self, folder, script(
            fake("good", rate_limit={"requests": {"limit": 1000}}), fake("bad"), fake("claude", "anthropic-messages"),
            fake("refused", faults=[{"fault": "auth"}]),
            fake("silent", faults=[{"fault": "no_first_token"}])))
        config = json.loads(provider_config(self.simulator.url, ["good", "bad", "claude", "refused", "silent"],
                                            timeout=QUICK))
        good = config["providers"][0]
        good["probes"] += [{"kind": "models", "interval": "1s"},
                           {"kind": "speed", "models": ["gpt-sim"], "interval": "1s"}]
        good["probes"][0]["price"] = {"input": 1.5, "output": 6}
        good["budget"] = {"usd_per_day": 5}
        # Nobody is there: a page that cannot be read is described too.
        good["status_page"] = {"system": "statuspage", "url": "http://127.0.0.1:9/", "interval": "1s"}
        config["budget"] = {"tokens_per_day": 100000}
        config["global"] = {"vantage": "here"}
        config["canary"] = {"interval": "1s", "checks": [
            {"name": "good", "tcp": self.simulator.url.removeprefix("http://")},
            {"name": "bad", "https": "http://127.0.0.1:9/"}]}
        config["failover"] = [
            {"name": "chat", "targets": ["bad/gpt-sim", "good/gpt-sim", "refused/gpt-sim"], "max_ttft": "3s"},
            {"name": "other", "targets": ["good/gpt-sim", "claude/gpt-sim"]}]
        self.exporter = Exporter(self, folder, json.dumps(config), env=ENV)
        self.description = Description(self.exporter)

    def test_every_answer_is_as_described(self):
        d, group, health = self.description, "/api/v1/failover/{group}", "/api/v1/targets/{name}/health"
        self.assertTrue(d.document["openapi"].startswith("3."))

        def ask_all():
            for path in ("/api/v1/targets", "/api/v1/providers", "/api/v1/vantage",
                         "/api/v1/failover", "/api/v1/openapi.json"):
                self.assertEqual(d.ask(path)[0], 200)
            self.assertEqual(d.ask("/api/v1/targets", query={"history": "true"})[0], 200)
            for name in ("chat", "other"):
                self.assertEqual(d.ask(group, group=name)[0], 200)
            for name in ("good", "bad", "claude", "refused", "silent"):
                d.ask(health, name=f"{name}/gpt-sim")

        ask_all()  # before the first probe has ended
        self.exporter.wait_for_metric("llm_probe_attempts_total", 3)
        ask_all()
        self.assertEqual(d.ask(health, name="good/gpt-sim")[0], 200)
        self.assertEqual(d.ask(health, name="refused%2Fgpt-sim")[0], 503)
        self.assertEqual(d.ask(group, group="chat", query={"format": "text"})[2], "bad/gpt-sim\n")

        self.simulator.set_fault("bad", "fault: overloaded")
        wait_until("the fallback", lambda: d.ask(group, group="chat", query={"format": "text"})[2]
                   == "good/gpt-sim\n")
        ask_all()
        chat = json.loads(d.ask(group, group="chat")[2])["data"]
        self.assertEqual((chat["recommended"], chat["primary"]), ("good/gpt-sim", "bad/gpt-sim"))
        self.assertEqual(chat["log"][0]["to"], "good/gpt-sim")
        self.assertIn("overloaded", chat["why"])
        self.assertIn("auth", chat["candidates"][2]["rejected"])

        self.assertEqual(self.exporter.get("/-/reload", method="POST")[0], 200)
        after = json.loads(d.ask(group, group="chat")[2])["data"]
        self.assertEqual((after["recommended"], after["log"]), (chat["recommended"], chat["log"]))

        self.assertEqual(d.ask("/api/v1/failover", query={"format": "text"})[2],
                         "chat good/gpt-sim\nother good/gpt-sim\n")
        for path, name in ((group, {"group": "chat"}), ("/api/v1/failover", {})):
            tag = d.ask(path, query={"format": "text"}, **name)[1]["ETag"]
            self.assertEqual(
                d.ask(path, query={"format": "text"}, headers={"If-None-Match": tag}, **name)[0], 304)
            for form in ("json", "text"):
                self.assertEqual(d.ask(path, query={"format": form}, **name)[0], 200)
            self.assertEqual(d.ask(path, query={"format": "xml"}, **name)[0], 400)
        for form in ("json", "text"):
            self.assertEqual(d.ask(group, group="nobody", query={"format": form})[0], 404)
        self.assertIn("chat, other", d.ask(group, group="nobody")[2])
        self.assertEqual(d.ask(health, name="no/body")[0], 404)

        self.assertEqual(d.everything() - d.asked, set(), "described, but never seen")

    # Answers come from what was published: no question costs a probe.
    def test_questions_start_no_probe(self):
        config = provider_config(self.simulator.url, ["good"], interval="1w")
        config = json.loads(config) | {"failover": [{"name": "chat", "targets": ["good/gpt-sim"]}]}
        exporter = Exporter(self, Folder(self), json.dumps(config), env=ENV)
        for _ in range(50):
            exporter.get("/api/v1/failover/chat")
            exporter.get("/api/v1/targets/good/gpt-sim/health")
        samples = exporter.metrics()
        self.assertEqual([v for (n, _), v in samples.items() if n == "llm_probe_attempts_total"], [0])
        self.assertEqual([v for (n, _), v in samples.items() if n == "llm_exporter_probes_in_flight"], [0])
