"""The main job, read back as its users read it: through a real Prometheus."""

import gzip
import http.client
import json
import subprocess
import types
import unittest
import urllib.parse

from harness import Exporter, Folder, Prometheus, Simulator, select, tool, wait_until
from scripts import (EXCLUDED, FAULTS, HARMLESS, QUICK, fake, provider_config, script)

KEY = "sk-sim-0123456789abcdefSECRET"


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # One set of processes for the tests of this class, which only read.
        owner = types.SimpleNamespace(addCleanup=cls.addClassCleanup)
        cls.folder = Folder(owner)
        fakes = [fake("healthy"), fake("claude", "anthropic-messages")]
        fakes += [fake(name, faults=[{"fault": name}]) for name in (*FAULTS, *HARMLESS)]
        cls.simulator = Simulator(owner, cls.folder, script(*fakes))
        names = ["healthy", "claude", *FAULTS, *HARMLESS]
        config = provider_config(cls.simulator.url, names, timeout=QUICK,
                                 expect={"regex": "pong"})
        cls.exporter = Exporter(owner, cls.folder, config, env={"SIM_KEY": KEY})
        cls.prometheus = Prometheus(owner, cls.folder, [cls.exporter.url])

    def test_healthy_targets(self):
        for name in ("healthy", "claude"):
            self.prometheus.wait_for(f'llm_probe_successes_total{{provider="{name}"}} > 2')
            self.prometheus.wait_for(f'llm_probe_success{{provider="{name}"}} == 1')
            self.prometheus.wait_for(f'llm_probe_state{{provider="{name}"}} == 1')
            self.prometheus.wait_for(
                f'llm_probe_ttft_window_seconds{{provider="{name}",quantile="0.95"}} > 0.015')
            self.prometheus.wait_for(
                f'llm_probe_model_info{{provider="{name}",response_model="gpt-sim-2026-01-01"}} == 1')
            self.assertEqual(
                self.prometheus.query(f'sum(llm_probe_errors_total{{provider="{name}"}}) > 0'), [])
            self.prometheus.wait_for(
                f'llm_probe_tokens_total{{provider="{name}",token_type="output"}} > 0')

    def test_each_fault_has_its_class_and_nothing_else(self):
        for name, outcome in FAULTS.items():
            with self.subTest(fault=name):
                self.prometheus.wait_for(
                    f'llm_probe_errors_total{{provider="{name}",class="{outcome}"}} >= 2')
                self.assertEqual(self.prometheus.query(
                    f'llm_probe_errors_total{{provider="{name}",class!="{outcome}"}} > 0'), [])
                self.assertEqual(self.prometheus.query(
                    f'llm_probe_successes_total{{provider="{name}"}} > 0'), [])

    def test_only_the_providers_faults_count_against_availability(self):
        for name, outcome in FAULTS.items():
            with self.subTest(fault=name):
                attempts = f'llm_probe_attempts_total{{provider="{name}"}}'
                failures = f'llm_probe_failures_total{{provider="{name}"}}'
                self.prometheus.wait_for(f"{attempts} >= 2")
                wanted = f"{failures} == 0" if outcome in EXCLUDED else f"{failures} == {attempts}"
                self.prometheus.wait_for(wanted)

    def test_a_finished_answer_without_visible_text_is_up(self):
        for name in HARMLESS:
            self.prometheus.wait_for(f'llm_probe_successes_total{{provider="{name}"}} >= 2')
            self.assertEqual(self.prometheus.query(
                f'sum(llm_probe_errors_total{{provider="{name}"}}) > 0'), [])

    def test_counters_of_a_target_agree_in_every_scrape(self):
        self.prometheus.wait_for('llm_probe_attempts_total{provider="healthy"} >= 3')
        self.assertEqual(self.prometheus.query(
            "llm_probe_attempts_total != llm_probe_successes_total"
            " + sum without (class) (llm_probe_errors_total)"), [])

    def test_the_exporters_own_metrics(self):
        self.prometheus.wait_for("llm_exporter_build_info == 1")
        self.prometheus.wait_for("llm_exporter_config_last_reload_successful == 1")
        self.prometheus.wait_for(f"llm_exporter_targets == {2 + len(FAULTS) + len(HARMLESS)}")
        self.prometheus.wait_for("process_resident_memory_bytes > 1e6")
        self.assertTrue(self.prometheus.wait_for("up == 1"))

    def test_promtool_finds_nothing_to_blame(self):
        text = self.exporter.get("/metrics")[2]
        done = subprocess.run([tool("promtool"), "check", "metrics"], input=text.encode(),
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))

    def test_content_negotiation_and_gzip(self):
        host = urllib.parse.urlparse(self.exporter.url).netloc
        for accept, wanted, last in (
                (None, "text/plain; version=0.0.4", None),
                ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text", "# EOF"),
                ("text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.1",
                 "text/plain; version=0.0.4", None)):
            connection = http.client.HTTPConnection(host, timeout=30)
            headers = {"Accept-Encoding": "gzip"} | ({"Accept": accept} if accept else {})
            connection.request("GET", "/metrics", headers=headers)
            answer = connection.getresponse()
            body = gzip.decompress(answer.read()).decode()
            connection.close()
            self.assertTrue(answer.getheader("Content-Type").startswith(wanted))
            self.assertEqual(answer.getheader("Content-Encoding"), "gzip")
            if last:
                self.assertEqual(body.splitlines()[-1], last)

    def test_the_key_is_nowhere(self):
        self.prometheus.wait_for('llm_probe_errors_total{provider="auth",class="auth"} >= 2')
        pages = [self.exporter.get(path)[2] for path in ("/metrics", "/", "/config", "/api/v1/targets")]
        for text in (*pages, self.exporter.output()):
            self.assertNotIn(KEY, text)
            self.assertNotIn(KEY[-8:], text)
        self.assertIn("<secret>", pages[2])

    def test_the_api_tells_what_metrics_tell(self):
        self.exporter.wait_for_metric("llm_probe_attempts_total", 2, provider="overloaded")
        data = json.loads(self.exporter.get("/api/v1/targets")[2])["data"]
        targets = {t["target"]: t for t in data["targets"]}
        self.assertEqual(targets["overloaded/gpt-sim"]["last_probe"]["outcome"], "overloaded")
        self.assertEqual(targets["overloaded/gpt-sim"]["last_probe"]["fault"], "provider")
        self.assertEqual(len(targets), 2 + len(FAULTS) + len(HARMLESS))


if __name__ == "__main__":
    unittest.main()
