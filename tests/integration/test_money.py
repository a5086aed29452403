"""Prices and the daily budget, as a user meets them."""

import json
import stat
import unittest

from harness import ROOT, Exporter, Folder, Simulator, select, wait_until
from scripts import script

KEY = "sk-sim-0123456789abcdef"
ENV = {"SIM_KEY": KEY}


def fake(name, *models):
    """Models that answer "pong" at once and call themselves what they were called."""
    models = [{"name": m, "ttft": "5ms", "tokens_per_second": 500, "text": "pong"} for m in models]
    return "    - " + json.dumps({"name": name, "dialect": "openai-chat", "models": models}) + "\n"


def provider(url, name, *models, **more):
    return {"name": name, "type": "openai", "base_url": f"{url}/{name}/v1",
            "api_key": {"env": "SIM_KEY"},
            "probes": [{"kind": "stream", "models": list(models), "interval": "1s"}], **more}


def price(usd_in, usd_out, **more):
    return {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": usd_in,
            "output_cost_per_token": usd_out, **more}


class Prices(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self)
        self.simulator = Simulator(self, self.folder, script(
            fake("a", "priced", "unheard-of", "gpt-4o-mini")))

    def start(self, prices, *models, **more):
        config = {"providers": [provider(self.simulator.url, "a", *models)],
                  "prices": {"file": str(prices)}, **more}
        return Exporter(self, self.folder, json.dumps(config), env=ENV)

    def replace(self, text):
        """As editors and Kubernetes do: the file is never half there."""
        self.folder.write("prices.next", text).rename(self.folder.path / "prices.json")

    def wait_for_price(self, exporter, token_type, usd):
        wait_until(f"{token_type} at {usd}", lambda: select(
            exporter.metrics(), "llm_probe_price_usd_per_token", model="priced",
            token_type=token_type) == [usd])

    def test_what_is_priced_has_a_price_and_a_cost_and_what_is_not_has_neither(self):
        prices = self.folder.write("prices.json", json.dumps({"priced": price(
            3e-6, 5e-6, max_input_tokens=1000, deprecation_date="2031-01-01")}))
        exporter = self.start(prices, "priced", "unheard-of")
        exporter.wait_for_metric("llm_probe_successes_total", 2, model="unheard-of")
        samples = exporter.wait_for_metric("llm_probe_successes_total", 2, model="priced")
        of = lambda name, **labels: select(samples, name, model="priced", **labels)
        self.assertEqual(of("llm_probe_price_usd_per_token", token_type="input"), [3e-6])
        self.assertEqual(of("llm_probe_price_usd_per_token", token_type="output"), [5e-6])
        tokens = {t: of("llm_probe_tokens_total", token_type=t)[0] for t in ("input", "output")}
        self.assertGreater(tokens["input"], 0)
        self.assertAlmostEqual(of("llm_probe_cost_usd_total")[0],
                               3e-6 * tokens["input"] + 5e-6 * tokens["output"], places=12)
        self.assertEqual(of("llm_probe_context_window_tokens"), [1000])
        self.assertEqual(of("llm_probe_model_deprecation_timestamp_seconds"), [1924992000])
        per_probe = (tokens["input"] + tokens["output"]) / of("llm_probe_successes_total")[0]
        self.assertAlmostEqual(of("llm_probe_context_utilization_ratio")[0], per_probe / 1000)
        unknown = [name for (name, labels) in samples
                   if ("model", "unheard-of") in labels
                   and ("price" in name or "cost" in name or "context" in name)]
        self.assertEqual(unknown, [])

    def test_a_replaced_file_is_used_without_a_reload_and_a_broken_one_is_not(self):
        prices = self.folder.write("prices.json", json.dumps({"priced": price(1e-6, 2e-6)}))
        key = self.folder.write("key", KEY)
        config = {"providers": [provider(self.simulator.url, "a", "priced")],
                  "prices": {"file": "prices.json"}}
        config["providers"][0]["api_key"] = {"file": str(key)}
        exporter = Exporter(self, self.folder, json.dumps(config))
        self.wait_for_price(exporter, "input", 1e-6)

        self.replace(json.dumps({"priced": price(7e-6, 8e-6)}))
        self.wait_for_price(exporter, "input", 7e-6)
        self.wait_for_price(exporter, "output", 8e-6)

        for broken in ("{", "[]", "", "<html>"):
            with self.subTest(broken=broken):
                refused = exporter.output().count("the old prices stay")
                self.replace(broken)
                wait_until("the refusal", lambda: exporter.output().count(
                    "the old prices stay") > refused)
        told = exporter.output().count("the old prices stay")
        # Files are looked at together: with the new key, the prices were looked at once more.
        self.folder.write("key.next", KEY + "0").rename(key)
        exporter.wait_for_line("credentials replaced")
        attempts = select(exporter.metrics(), "llm_probe_attempts_total")[0]
        samples = exporter.wait_for_metric("llm_probe_attempts_total", attempts + 2)
        self.assertEqual(exporter.output().count("the old prices stay"), told)
        self.assertEqual(
            select(samples, "llm_probe_price_usd_per_token", token_type="input"), [7e-6])
        self.assertEqual(exporter.output().count("prices replaced"), 1)

        self.replace(json.dumps({"priced": price(9e-6, 8e-6)}))
        self.wait_for_price(exporter, "input", 9e-6)

    def test_the_shipped_table_works(self):
        shipped = ROOT / "config" / "model_prices.json"
        entry = json.loads(shipped.read_text())["gpt-4o-mini"]
        exporter = self.start(shipped, "gpt-4o-mini")
        samples = exporter.wait_for_metric("llm_probe_successes_total", 1)
        self.assertNotIn("warn", exporter.output())
        for token_type in ("input", "output"):
            self.assertEqual(
                select(samples, "llm_probe_price_usd_per_token", token_type=token_type),
                [entry[f"{token_type}_cost_per_token"]])
        self.assertGreater(select(samples, "llm_probe_cost_usd_total")[0], 0)

    def test_what_the_user_knows_better_replaces_the_table(self):
        prices = self.folder.write("prices.json", json.dumps({"priced": price(1e-6, 2e-6)}))
        config = {"providers": [provider(self.simulator.url, "a", "priced")],
                  "prices": {"file": str(prices)}}
        config["providers"][0]["probes"][0]["price"] = {"output": 40}  # per million
        exporter = Exporter(self, self.folder, json.dumps(config), env=ENV)
        samples = exporter.wait_for_metric("llm_probe_successes_total", 1)
        self.assertEqual(
            select(samples, "llm_probe_price_usd_per_token", token_type="input"), [1e-6])
        self.assertAlmostEqual(
            select(samples, "llm_probe_price_usd_per_token", token_type="output")[0], 40e-6)

    def test_a_broken_table_at_the_start_is_said_at_once(self):
        prices = self.folder.write("prices.json", "{")
        with self.assertRaisesRegex(AssertionError, r"prices\.json"):
            self.start(prices, "priced")


class DailyBudget(unittest.TestCase):
    # One probe is set aside at some 300 tokens and uses about ten: a few fit, not many.
    BOUND = 340

    def setUp(self):
        self.folder = Folder(self)
        self.simulator = Simulator(self, self.folder, script(
            fake("a", "gpt-sim"), fake("b", "gpt-sim"), fake("free", "gpt-sim")))
        self.state_file = self.folder.path / "llm_exporter_budget.json"

    def config(self, names=("a", "b"), **more):
        providers = [provider(self.simulator.url, name, "gpt-sim") for name in names]
        return json.dumps({"providers": providers, "budget": {"tokens_per_day": self.BOUND}} | more)

    def start(self, config=None):
        return Exporter(self, self.folder, config or self.config(), env=ENV)

    def asked(self):
        """How often the fakes were asked to generate."""
        return sum(r["path"].endswith("/chat/completions") for r in self.simulator.sent())

    def wait_for_level(self, exporter, level, **labels):
        """The spending is looked at on the way: it must never pass the bound."""
        def look():
            samples = exporter.metrics()
            for spent in select(samples, "llm_exporter_budget_spent_tokens", **labels):
                self.assertLessEqual(spent, self.BOUND)
            return select(samples, "llm_exporter_budget_level", **labels) == [level] and samples
        return wait_until(f"budget level {level}", look)

    def degraded(self):
        exporter = self.start()
        self.wait_for_level(exporter, 1)
        return exporter

    def test_generating_stops_at_the_bound_and_the_free_check_goes_on(self):
        exporter = self.degraded()
        samples = exporter.wait_for_metric("llm_probe_substituted", 1)
        self.assertEqual(select(samples, "llm_exporter_daily_budget_tokens"), [self.BOUND])
        asked = self.asked()
        self.assertGreater(asked, 1)
        attempts = {p: select(samples, "llm_probe_attempts_total", provider=p)[0] for p in "ab"}
        for p in "ab":
            samples = exporter.wait_for_metric(
                "llm_probe_attempts_total", attempts[p] + 3, provider=p)
        self.assertEqual(self.asked(), asked, "a probe generates after the bound was met")
        listed = [r for r in self.simulator.sent() if r["path"].endswith("/models")]
        self.assertGreater(len(listed), 5)
        self.assertEqual(select(samples, "llm_probe_success"), [1, 1])
        self.assertEqual(select(samples, "llm_probe_paused"), [0, 0])
        self.assertEqual(exporter.output().count("budget level changed"), 1)
        spent = select(samples, "llm_exporter_budget_spent_tokens")
        self.assertEqual(spent, [sum(
            v for (name, labels), v in samples.items() if name == "llm_probe_tokens_total"
            and labels & {("token_type", "input"), ("token_type", "output")})])

    def test_a_providers_own_budget_leaves_the_others_alone(self):
        config = json.loads(self.config(["a", "free"]))
        del config["budget"]
        config["providers"][0]["budget"] = {"tokens_per_day": self.BOUND}
        exporter = self.start(json.dumps(config))
        self.wait_for_level(exporter, 1, provider="a")
        exporter.wait_for_metric("llm_probe_substituted", 1, provider="a")
        tokens = select(exporter.metrics(), "llm_probe_tokens_total", provider="free",
                        token_type="output")[0]
        samples = exporter.wait_for_metric("llm_probe_tokens_total", tokens + 1, provider="free",
                                           token_type="output")
        self.assertEqual(select(samples, "llm_probe_substituted", provider="free"), [0])
        self.assertEqual(len(select(samples, "llm_exporter_budget_level")), 1)

    def test_dollars_bound_it_too(self):
        config = json.loads(self.config(["a"]))
        usd = 320e-6  # at a dollar per million tokens, in and out
        config["budget"] = {"usd_per_day": usd}
        config["providers"][0]["probes"][0]["price"] = {"input": 1, "output": 1}
        exporter = self.start(json.dumps(config))
        self.wait_for_level(exporter, 1)
        samples = exporter.wait_for_metric("llm_probe_substituted", 1)
        spent = select(samples, "llm_exporter_budget_spent_usd")[0]
        self.assertGreater(spent, 0)
        self.assertLessEqual(spent, usd)
        self.assertAlmostEqual(spent, select(samples, "llm_probe_cost_usd_total")[0], places=12)

    def test_what_was_spent_survives_a_restart(self):
        exporter = self.degraded()
        spent = select(exporter.metrics(), "llm_exporter_budget_spent_tokens")
        self.assertEqual(exporter.stop()[0], 0)
        self.assertEqual(stat.S_IMODE(self.state_file.stat().st_mode), 0o600)
        asked = self.asked()

        again = self.start()
        self.assertEqual(select(again.metrics(), "llm_exporter_budget_spent_tokens"), spent)
        again.wait_for_metric("llm_probe_attempts_total", 2)
        samples = self.wait_for_level(again, 1)
        self.assertEqual(select(samples, "llm_exporter_budget_spent_tokens"), spent)
        self.assertEqual(self.asked(), asked, "a probe generates after the restart")

    def test_a_bound_that_was_met_stays_met_over_a_restart(self):
        """Not only for a probe too large for what is left: for the small one beside it, too."""
        config = json.loads(self.config())
        config["budget"] = {"tokens_per_day": 1200}
        large = config["providers"][1]["probes"][0]
        large |= {"prompt": "x " * 450, "interval": "3s"}  # set aside at some 1170 tokens
        exporter = self.start(json.dumps(config))
        exporter.wait_for_metric("llm_exporter_budget_level", 1)
        exporter.stop()
        asked = self.asked()
        again = self.start(json.dumps(config))
        self.assertEqual(select(again.metrics(), "llm_exporter_budget_level"), [1])
        again.wait_for_metric("llm_probe_attempts_total", 2)
        self.assertEqual(self.asked(), asked, "a probe generates after the restart")

    def test_what_was_spent_survives_a_crash(self):
        exporter = self.degraded()
        spent = select(exporter.metrics(), "llm_exporter_budget_spent_tokens")
        wait_until("the state file", lambda: self.state_file.exists() and
                   json.loads(self.state_file.read_text()) and
                   f"{spent[0]:.0f}" in self.state_file.read_text())
        exporter.popen.kill()
        exporter.popen.wait()
        again = self.start()
        self.assertEqual(select(again.metrics(), "llm_exporter_budget_spent_tokens"), spent)

    def test_without_the_state_file_the_day_begins_at_nothing(self):
        exporter = self.degraded()
        exporter.stop()
        self.state_file.unlink()
        asked = self.asked()
        again = self.start()
        self.assertEqual([line for line in again.lines if '"level":"warn"' in line], [])
        self.wait_for_level(again, 1)
        self.assertGreater(self.asked(), asked + 1)

    def test_a_state_file_that_cannot_be_used_is_said_and_no_reason_to_stop(self):
        for name, content in (("garbage", "{"), ("html", "<html>"), ("empty", ""), ("list", "[]"),
                              ("negative", '{"day":"2026-01-01","total":{"tokens":-1}}'),
                              ("binary", "\0\1\2")):
            with self.subTest(name):
                self.state_file.write_text(content)
                exporter = self.start()
                line = json.loads(exporter.wait_for_line(
                    r".*what was spent today is unknown.*").group(0))
                self.assertEqual(line["level"], "warn")
                self.assertIn(str(self.state_file), line["reason"])
                exporter.wait_for_metric("llm_probe_successes_total", 1)
                self.assertEqual(exporter.stop()[0], 0)
                self.assertIn("tokens", self.state_file.read_text())  # it was written anew
        self.state_file.unlink()

    def test_a_folder_that_cannot_be_written_is_said_once(self):
        exporter = self.start(self.config(budget={
            "tokens_per_day": self.BOUND, "state_file": "/proc/llm_exporter_budget.json"}))
        exporter.wait_for_line("will be forgotten by a restart")
        self.assertEqual(exporter.stop()[0], 0)
        self.assertEqual(exporter.output().count("will be forgotten by a restart"), 1)


if __name__ == "__main__":
    unittest.main()
