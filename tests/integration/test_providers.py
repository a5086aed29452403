"""What providers say beside their answers: status pages, accounts, waits, models, tokens."""

import asyncio
import datetime
import json
import subprocess
import time
import unittest

from harness import Exporter, Folder, Simulator, http, select, tool, wait_until
from loopback_server import LoopbackServer
from scripts import script

KEY, ADMIN, WRONG = "sk-sim-0123456789abcdef", "sk-admin-0123456789abcdef", "sk-sim-wrong-0123456"
ENV = {"SIM_KEY": KEY, "SIM_ADMIN": ADMIN, "SIM_WRONG": WRONG}
MODEL = {"name": "gpt-sim", "ttft": "5ms", "tokens_per_second": 500, "text": "pong"}


def fake(name, dialect="openai-chat", **more):
    told = {"name": name, "dialect": dialect, "models": [MODEL]} | more
    return f"    - {json.dumps(told)}\n"


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self)

    def simulate(self, *fakes):
        self.simulator = Simulator(self, self.folder, script(*fakes))

    def provider(self, name, type_name="openai", path="/v1", key="SIM_KEY", kind="stream", **more):
        probe = {"kind": kind, "interval": "1s"}
        if kind not in ("models", "key"):
            probe["models"] = ["gpt-sim"]
        return {"name": name, "type": type_name, "base_url": f"{self.simulator.url}/{name}{path}",
                "api_key": {"env": key}, "probes": [probe]} | more

    def start(self, *providers):
        return Exporter(self, self.folder, json.dumps({"providers": list(providers)}), env=ENV)

    def wait_for_value(self, exporter, value, name, **labels):
        """Until the metric has exactly this value; None: until it is absent."""
        def look():
            samples = exporter.metrics()
            return select(samples, name, **labels) == ([] if value is None else [value]) and samples
        return wait_until(f"{name}{labels} == {value}", look, patience=90)


class StatusPages(Base):
    WHERE = {"statuspage": "/api/v2/summary.json", "incident_io": "/api/v2/summary.json",
             "better_stack": "/index.json", "instatus": "/summary.json",
             "google": "/incidents.json", "aws": "/public/currentevents", "rss": "/feed.xml"}
    ONLY_INCIDENTS = ("instatus", "google", "aws", "rss")  # no list of components

    def page(self, system, **more):
        return {"system": "statuspage" if system == "incident_io" else system, "interval": "1s",
                "components": ["*"],
                "url": f"{self.simulator.url}/{system}/_status{self.WHERE[system]}", **more}

    def say(self, name, **page):
        status, _, body = http(f"{self.simulator.url}/_sim/providers/{name}/status", "PUT",
                               json.dumps({"system": name, **page}))
        self.assertEqual(status, 200, body)

    def run_all(self, *systems):
        well = [{"name": "Chat API", "level": "operational"}]
        self.simulate(*(fake(s, status_page={"system": s, "components": well}) for s in systems))
        return self.start(*(self.provider(s, kind="models", status_page=self.page(s))
                            for s in systems))

    def test_every_system_is_put_on_one_scale(self):
        exporter = self.run_all(*self.WHERE)
        for system in self.WHERE:
            samples = self.wait_for_value(exporter, 1, "llm_provider_status", provider=system,
                                          component="overall")
            self.assertEqual(select(samples, "llm_provider_status_readable", provider=system), [1])
            component = select(
                samples, "llm_provider_status", provider=system, component="Chat API")
            self.assertEqual(component, [] if system in self.ONLY_INCIDENTS else [1], system)
        for system in self.WHERE:
            self.say(system, components=[{"name": "Chat API", "level": "major_outage"}],
                     incident={"title": "All is lost", "level": "major_outage"})
        for system in self.WHERE:
            with self.subTest(system):
                def broken():
                    samples = exporter.metrics()
                    return min(select(samples, "llm_provider_status", provider=system,
                                      component="overall")) > 2 and samples
                samples = wait_until(f"{system} to say so", broken)
                # Not all of them have a word for every level (better_stack, rss).
                if system not in ("better_stack", "rss"):
                    levels = select(samples, "llm_provider_status", provider=system)
                    self.assertEqual(set(levels), {5})
                # incident.io's summary has no list of incidents: none told is not none open.
                self.assertEqual(
                    select(samples, "llm_provider_status_open_incidents", provider=system),
                    [] if system == "incident_io" else [1])
        data = json.loads(exporter.get("/api/v1/providers")[2])["data"]["providers"]
        titles = {p["provider"]: p["status_page"]["incident"] for p in data}
        self.assertEqual(titles["statuspage"], "All is lost")

    def test_an_unreadable_page_is_unknown_and_never_down(self):
        exporter = self.run_all("statuspage")
        self.wait_for_value(exporter, 1, "llm_provider_status", component="Chat API")
        last_read = select(exporter.metrics(), "llm_provider_status_read_timestamp_seconds")
        for fault in ("garbage", "truncated", "empty", "server_error", "challenge"):
            with self.subTest(fault):
                self.say("statuspage", components=[{"name": "Chat API", "level": "operational"}])
                self.wait_for_value(exporter, 1, "llm_provider_status_readable")
                self.say("statuspage", fault=fault,
                         components=[{"name": "Chat API", "level": "major_outage"}])
                samples = self.wait_for_value(exporter, 0, "llm_provider_status_readable")
                self.assertEqual(select(samples, "llm_provider_status"), [1, 1])
        self.assertGreaterEqual(
            select(exporter.metrics(), "llm_provider_status_read_timestamp_seconds"), last_read)
        # What was read is believed for three intervals and a minute.
        samples = self.wait_for_value(exporter, 0, "llm_provider_status", component="overall")
        self.assertEqual(set(select(samples, "llm_provider_status")), {0})
        self.assertEqual(set(select(samples, "llm_provider_status_disagrees")), {0})
        self.assertEqual(select(samples, "llm_probe_success"), [1])
        # Once for each of the five reasons, not once a second.
        told = exporter.output().count("status page unreadable")
        self.assertEqual(told, 5, exporter.output())

    def test_an_incident_that_we_do_not_see(self):
        broken = [{"name": "Chat API", "level": "partial_outage"}]
        self.simulate(fake("statuspage", status_page={
            "system": "statuspage", "components": broken}))
        exporter = self.start(self.provider("statuspage", status_page=self.page("statuspage")))
        self.wait_for_value(exporter, 1, "llm_provider_status_disagrees", kind="unseen_incident")
        self.say("statuspage", components=[{"name": "Chat API", "level": "operational"}])
        self.wait_for_value(exporter, 0, "llm_provider_status_disagrees", kind="unseen_incident")
        # An outage is theirs to report only after ten minutes; before, nobody is blamed.
        self.simulator.set_fault("statuspage", "fault: overloaded")
        samples = self.wait_for_value(exporter, 5, "llm_probe_state")
        self.assertEqual(set(select(samples, "llm_provider_status_disagrees")), {0})


class Accounts(Base):
    SPENT = {"usd_per_day": 2.5, "usd_today": 1.25}
    MODELS = [{"name": "gpt-sim", "input_tokens": 2400, "cached_input_tokens": 480,
               "output_tokens": 1200, "requests": 240}]

    def month(self):
        return 2.5 * (datetime.datetime.now(datetime.timezone.utc).day - 1) + 1.25

    def test_costs_and_usage_with_an_admin_key(self):
        self.simulate(*(fake(api, dialect, api_keys=[KEY], account={
            "api": api, "admin_keys": [ADMIN], "models": self.MODELS, **self.SPENT})
            for api, dialect in (("openai", "openai-chat"), ("anthropic", "anthropic-messages"))))
        account = {"admin_key": {"env": "SIM_ADMIN"}, "interval": "1s"}
        exporter = self.start(*(self.provider(api, api, account=account)
                                for api in ("openai", "anthropic")))
        for api in ("openai", "anthropic"):
            with self.subTest(api):
                samples = self.wait_for_value(exporter, 1, "llm_account_readable", provider=api)
                spent = lambda period: select(samples, "llm_account_spent_usd", provider=api,
                                              period=period)
                self.assertEqual(spent("day"), [1.25])
                self.assertAlmostEqual(spent("month")[0], self.month(), places=6)
                tokens = {t: select(samples, "llm_account_tokens_today", provider=api,
                                    model="gpt-sim", token_type=t)
                          for t in ("input", "cached_input", "output")}
                # A day's tokens are spread over its hours; of this hour all are there already.
                share = tokens["output"][0] / 1200
                self.assertIn(round(share * 24, 6), range(1, 25))
                self.assertEqual(tokens["input"], [2400 * share])
                self.assertEqual(tokens["cached_input"], [480 * share])
                read_at = select(samples, "llm_account_read_timestamp_seconds", provider=api)[0]
                self.assertLess(abs(time.time() - read_at), 60)

    def test_openrouter_and_deepseek(self):
        self.simulate(
            fake("openrouter", flavour="openrouter", api_keys=[KEY], account={
                "api": "openrouter", "admin_keys": [ADMIN], "balance": 7.5, "limit_usd": 500,
                **self.SPENT}),
            fake("deepseek", flavour="deepseek", api_keys=[KEY], account={
                "api": "deepseek", "balance": 110.25, "currency": "CNY"}))
        exporter = self.start(
            self.provider("openrouter", "openrouter", account={
                "admin_key": {"env": "SIM_ADMIN"}, "interval": "1s"}),
            self.provider("deepseek", "deepseek", "", account={"interval": "1s"}))
        samples = self.wait_for_value(exporter, 1, "llm_account_readable", provider="openrouter")
        of = lambda name, **labels: select(samples, name, provider="openrouter", **labels)
        self.assertEqual(of("llm_account_spent_usd", period="day"), [1.25])
        self.assertAlmostEqual(of("llm_account_spent_usd", period="month")[0], self.month())
        self.assertEqual(of("llm_account_limit_usd"), [500])
        self.assertAlmostEqual(of("llm_account_limit_remaining_usd")[0], 500 - self.month())
        self.assertAlmostEqual(of("llm_account_balance", currency="USD")[0], 7.5)
        samples = self.wait_for_value(exporter, 1, "llm_account_readable", provider="deepseek")
        self.assertEqual(
            select(samples, "llm_account_balance", provider="deepseek", currency="CNY"), [110.25])
        self.assertEqual(select(samples, "llm_account_usable", provider="deepseek"), [1])
        self.assertEqual(select(samples, "llm_account_spent_usd", provider="deepseek"), [])

    def test_what_cannot_be_read_is_absent(self):
        self.simulate(fake("openai", api_keys=[KEY], account={
            "api": "openai", "admin_keys": [ADMIN], **self.SPENT}))
        exporter = self.start(self.provider("openai", account={
            "admin_key": {"env": "SIM_WRONG"}, "interval": "1s"}))
        samples = wait_until("the refusal", lambda: "account unreadable" in exporter.output()
                             and exporter.metrics())
        self.assertEqual(select(samples, "llm_account_readable"), [0])
        self.assertEqual([n for n, _ in samples if n.startswith("llm_account_") and
                          n != "llm_account_readable"], [])


class Waits(Base):
    def test_a_target_that_was_told_to_wait_waits_and_shows_it(self):
        self.simulate(fake("a", faults=[
            {"fault": "rate_limited", "retry_after": "60s", "models": ["gpt-sim"]}]), fake("b"))
        exporter = self.start(self.provider("a"), self.provider("b"))
        samples = exporter.wait_for_metric("llm_probe_attempts_total", 1, provider="a")
        until = select(samples, "llm_probe_wait_until_timestamp_seconds", provider="a")[0]
        self.assertLess(abs(until - time.time() - 60), 20)
        self.assertEqual(select(samples, "llm_probe_paused", provider="a"), [1])
        self.assertEqual(select(samples, "llm_probe_paused", provider="b"), [0])
        self.assertEqual(
            select(samples, "llm_probe_wait_until_timestamp_seconds", provider="b"), [])
        samples = exporter.wait_for_metric("llm_exporter_probes_skipped_total", 3, reason="waiting")
        self.assertEqual(select(samples, "llm_probe_attempts_total", provider="a"), [1])
        exporter.wait_for_metric("llm_probe_attempts_total", 3, provider="b")

    def test_it_goes_on_when_the_wait_is_over_and_not_before(self):
        self.simulate(fake("a", faults=[
            {"fault": "overloaded", "retry_after": "4s", "requests": [1]}]))
        exporter = self.start(self.provider("a"))
        exporter.wait_for_metric("llm_probe_successes_total", 1)
        samples = exporter.metrics()
        self.assertEqual(select(samples, "llm_probe_wait_until_timestamp_seconds"), [])
        self.assertEqual(select(samples, "llm_probe_paused"), [0])
        read = [r["read_ns"] / 1e9 for r in self.simulator.sent() if "/chat/" in r["path"]]
        self.assertGreaterEqual(read[1] - read[0], 4)
        self.assertLess(read[1] - read[0], 15)


class ModelsAndKeys(Base):
    def test_a_model_that_is_gone(self):
        answers = {"gone": 410, "missing": 404, "down": 503}
        self.simulate(*(
            fake(name, faults=[{"fault": "http", "status": status, "models": ["gpt-sim"]}])
            for name, status in answers.items()))
        exporter = self.start(*(self.provider(n) for n in ("gone", "missing", "down")))
        for name, attempts in (("gone", 1), ("missing", 3)):
            samples = self.wait_for_value(exporter, 1, "llm_probe_model_retired", provider=name)
            self.assertGreaterEqual(
                select(samples, "llm_probe_attempts_total", provider=name)[0], attempts)
            self.assertEqual(select(samples, "llm_probe_failures_total", provider=name), [0])
            self.assertGreater(select(samples, "llm_probe_errors_total", provider=name,
                                      **{"class": "not_found"})[0], 0)
        samples = exporter.wait_for_metric("llm_probe_attempts_total", 4, provider="down")
        self.assertEqual(select(samples, "llm_probe_model_retired", provider="down"), [0])
        # It was a mistake of theirs.
        self.simulator.set_fault("gone", "{fault: overloaded, requests: [1000000]}")
        self.wait_for_value(exporter, 0, "llm_probe_model_retired", provider="gone")

    def test_the_key_of_openrouter(self):
        self.simulate(fake("openrouter", flavour="openrouter", api_keys=[KEY],
                           account={"api": "openrouter", "admin_keys": [ADMIN]}))
        good = self.provider("openrouter", "openrouter", kind="key")
        bad = self.provider("openrouter", "openrouter", kind="key", key="SIM_WRONG")
        bad["name"] = "bad"
        # Its list of models is public and proves nothing.
        bad["probes"].append({"kind": "models", "interval": "1s"})
        exporter = self.start(good, bad)
        exporter.wait_for_metric("llm_probe_successes_total", 1, target="openrouter/key")
        exporter.wait_for_metric("llm_probe_successes_total", 1, target="bad/models")
        samples = exporter.wait_for_metric(
            "llm_probe_errors_total", 1, target="bad/key", **{"class": "auth"})
        self.assertEqual(select(samples, "llm_probe_successes_total", target="bad/key"), [0])
        self.assertEqual(select(samples, "llm_probe_state", target="bad/key"), [4])

    def test_who_serves_a_model(self):
        served = ("org/warm", "org/old", "org/cold", "org/unheard-of")
        self.simulate(fake("hf", flavour="huggingface", api_keys=[KEY], hub=[
            {"model": "org/warm", "providers": ["groq", "together"]},
            {"model": "org/old", "providers": ["groq"], "mapping": "object"},
            {"model": "org/cold"}]))
        provider = self.provider("hf", "huggingface",
                                 catalog_url=f"{self.simulator.url}/hf")
        provider["probes"] = [{"kind": "served", "interval": "1s", "models": list(served)}]
        exporter = self.start(provider)
        for model, value in (("org/warm", 1), ("org/old", 1), ("org/cold", 0)):
            with self.subTest(model):
                samples = self.wait_for_value(exporter, value, "llm_probe_model_served",
                                              target=f"hf/{model}/served")
                self.assertEqual(
                    select(samples, "llm_probe_success", target=f"hf/{model}/served"), [1])
        samples = exporter.wait_for_metric("llm_probe_attempts_total", 1,
                                           target="hf/org/unheard-of/served")
        of = lambda name, **labels: select(
            samples, name, target="hf/org/unheard-of/served", **labels)
        self.assertEqual(of("llm_probe_model_served"), [])
        self.assertEqual(of("llm_probe_errors_total", **{"class": "not_found"}),
                         of("llm_probe_attempts_total"))


class SlowTokens(LoopbackServer):
    """A token endpoint that answers late."""
    DELAY_SECONDS = 1.5

    async def answer(self, path, writer):
        await asyncio.sleep(self.DELAY_SECONDS)
        body = json.dumps({"access_token": "ya29.slow", "expires_in": 3599, "token_type": "Bearer"})
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     f"Content-Length: {len(body)}\r\n\r\n{body}".encode())


class Vertex(Base):
    @classmethod
    def setUpClass(cls):
        run = lambda *argv, **how: subprocess.run(
            [tool("openssl"), *argv], check=True, capture_output=True, **how).stdout
        private = run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        cls.private = private.decode()
        cls.public = run("pkey", "-pubout", input=private).decode()

    def simulate_vertex(self, **oauth):
        self.simulate(fake("vertex", "gemini", oauth={
            "client_email": "probe@example.com", "public_key": self.public, **oauth}))

    def probe(self, token_uri=None, private=None, **more):
        self.folder.write("account.json", json.dumps({
            "type": "service_account", "project_id": "p", "private_key_id": "1",
            "private_key": private or self.private, "client_email": "probe@example.com",
            "token_uri": token_uri or f"{self.simulator.url}/vertex/token"}))
        provider = self.provider("vertex", "vertex", region="us-central1", project="p",
                                 service_account={"file": "account.json"}, **more)
        del provider["api_key"]
        return self.start(provider)

    def tokens_fetched(self):
        return sum(r["path"].endswith("/token") for r in self.simulator.sent())

    def test_a_token_is_fetched_once_and_kept(self):
        self.simulate_vertex()
        exporter = self.probe()
        samples = exporter.wait_for_metric("llm_probe_successes_total", 4)
        self.assertEqual(self.tokens_fetched(), 1)
        self.assertEqual(sum(select(samples, "llm_probe_errors_total")), 0)

    def test_a_short_lived_token_is_renewed_in_time(self):
        self.simulate_vertex(expires_in="4s")
        exporter = self.probe()
        samples = exporter.wait_for_metric("llm_probe_successes_total", 9)
        self.assertEqual(sum(select(samples, "llm_probe_errors_total")), 0, exporter.output())
        self.assertIn(self.tokens_fetched(), range(2, 8))

    def test_an_account_that_is_refused_is_our_own_fault(self):
        self.simulate_vertex(error="invalid_grant")
        exporter = self.probe()
        samples = exporter.wait_for_metric("llm_probe_errors_total", 2, **{"class": "auth"})
        self.assertEqual(select(samples, "llm_probe_failures_total"), [0])
        self.assertEqual(select(samples, "llm_probe_state"), [4])
        self.assertIn("invalid_grant", exporter.output())

    def test_a_key_that_is_not_ours_is_refused(self):
        self.simulate_vertex()
        other = subprocess.run(
            [tool("openssl"), "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            check=True, capture_output=True).stdout.decode()
        exporter = self.probe(private=other)
        exporter.wait_for_metric("llm_probe_errors_total", 1, **{"class": "auth"})

    def test_the_wait_for_the_token_is_no_part_of_the_probe(self):
        tokens = SlowTokens()
        self.addCleanup(tokens.close)
        self.simulate(fake("vertex", "gemini"))  # takes any token
        exporter = self.probe(token_uri=f"http://127.0.0.1:{tokens.port}/token")
        samples = exporter.wait_for_metric("llm_probe_successes_total", 1)
        count = select(samples, "llm_probe_duration_seconds_count")[0]
        for name in ("llm_probe_duration_seconds", "llm_probe_ttft_seconds"):
            total = select(samples, f"{name}_sum")[0]
            self.assertGreater(total, 0)
            self.assertLess(total / count, SlowTokens.DELAY_SECONDS / 2, name)
        phases = sum(select(samples, "llm_probe_phase_duration_seconds"))
        self.assertLess(phases, SlowTokens.DELAY_SECONDS / 2)


if __name__ == "__main__":
    unittest.main()
