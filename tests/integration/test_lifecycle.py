"""Start, reload, stop."""

import json
import signal
import unittest

from harness import BINARY, Exporter, Folder, Process, Prometheus, Simulator, select, wait_until
from scripts import QUICK, fake, provider_config, script

ENV = {"SIM_KEY": "sk-sim-0123456789abcdef"}


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self)
        self.simulator = Simulator(self, self.folder, script(
            fake("a"), fake("b"), fake("c"), fake("silent", faults=[{"fault": "no_first_token"}])))

    def config(self, *names, **probe):
        return provider_config(self.simulator.url, names, **probe)

    def start(self, config, flags=(), env=None):
        return Exporter(self, self.folder, config, flags=flags, env=ENV | (env or {}))

    def test_endpoints(self):
        exporter = self.start(self.config("a"))
        for path, status, kind in (("/", 200, "text/html"), ("/metrics", 200, "text/plain"),
                                   ("/-/healthy", 200, "text/plain"), ("/-/ready", 200, "text/plain"),
                                   ("/config", 200, "text/"), ("/api/v1/targets", 200, "application/json"),
                                   ("/-/reload", 405, ""), ("/nothing", 404, ""), ("/metrics/x", 404, "")):
            with self.subTest(path=path):
                got, headers, _ = exporter.get(path)
                self.assertEqual(got, status)
                self.assertTrue(headers.get("Content-Type", "").startswith(kind))
        self.assertEqual(exporter.get("/metrics", method="POST", body="x")[0], 405)

    def test_sigterm_cancels_what_runs_without_counting_it(self):
        exporter = self.start(self.config("silent", timeout={"first_token": "50s"}))
        exporter.wait_for_metric("llm_exporter_probes_in_flight", 1)
        self.assertEqual(select(exporter.metrics(), "llm_probe_attempts_total"), [0])
        code, seconds = exporter.stop(signal.SIGTERM)
        self.assertEqual(code, 0, exporter.output())
        self.assertLess(seconds, 5)
        self.assertNotIn("probe failed", exporter.output())

    def slow_key(self):
        """A configuration whose key comes from a command that is slow once `slow` exists."""
        config = json.loads(self.config("a"))
        config["providers"][0]["api_key"] = {"command": [
            "sh", "-c", f"echo sk-sim-0123456789abcdef; test ! -e {self.folder.path}/slow || "
                        f"{{ touch {self.folder.path}/asked; exec sleep 30; }}"]}
        return json.dumps(config)

    def test_sigterm_does_not_wait_for_the_commands_of_a_reload(self):
        exporter = self.start(self.slow_key())
        (self.folder.path / "slow").touch()
        exporter.popen.send_signal(signal.SIGHUP)
        wait_until("the command", lambda: (self.folder.path / "asked").exists())
        code, seconds = exporter.stop(signal.SIGTERM)
        self.assertEqual(code, 0, exporter.output())
        self.assertLess(seconds, 5)

    def test_signals_while_starting(self):
        (self.folder.path / "slow").touch()
        config = self.folder.write("slow.yml", self.slow_key())
        starting = Process(self, [BINARY, f"--config.file={config}",
                                  "--web.listen-address=127.0.0.1:0"])
        wait_until("the command", lambda: (self.folder.path / "asked").exists())
        starting.popen.send_signal(signal.SIGHUP)
        code, seconds = starting.stop(signal.SIGTERM)
        self.assertEqual(code, 0, starting.output())
        self.assertLess(seconds, 5)

    def test_sigint_stops_it_too(self):
        exporter = self.start(self.config("a"))
        self.assertEqual(exporter.stop(signal.SIGINT)[0], 0)

    def test_reload_keeps_drops_and_starts_afresh(self):
        exporter = self.start(self.config("a", "b"))
        prometheus = Prometheus(self, self.folder, [exporter.url])
        before = exporter.wait_for_metric("llm_probe_attempts_total", 3)
        attempts = select(before, "llm_probe_attempts_total", provider="a")[0]
        added = select(before, "llm_probe_target_added_timestamp_seconds", provider="a")
        prometheus.wait_for('llm_probe_attempts_total{provider="b"} > 0')

        exporter.config.write_text(self.config("a", "c"))
        status, _, text = exporter.get("/-/reload", method="POST", body="")
        self.assertEqual(status, 200, text)
        after = exporter.metrics()
        self.assertGreaterEqual(select(after, "llm_probe_attempts_total", provider="a")[0], attempts)
        self.assertEqual(select(after, "llm_probe_target_added_timestamp_seconds", provider="a"), added)
        self.assertTrue(select(after, "llm_probe_ttft_window_seconds", provider="a"))
        self.assertEqual(
            [key for key in after if ("provider", "b") in key[1]], [], "a removed target's series")
        self.assertEqual(len(select(after, "llm_probe_attempts_total", provider="c")), 1)
        # Prometheus writes stale markers: the series is gone at once, not after five minutes.
        wait_until("b to vanish", lambda: prometheus.query('llm_probe_attempts_total{provider="b"}') == [])

        # Another prompt is another question: the target starts afresh.
        exporter.wait_for_metric("llm_probe_attempts_total", 2, provider="c")
        exporter.config.write_text(self.config("a", "c", prompt="Another question."))
        exporter.popen.send_signal(signal.SIGHUP)
        wait_until("a to start afresh", lambda: select(
            exporter.metrics(), "llm_probe_target_added_timestamp_seconds", provider="a") > added)

    def test_a_bad_file_changes_nothing_and_says_why(self):
        exporter = self.start(self.config("a"))
        exporter.wait_for_metric("llm_probe_attempts_total", 1)
        running = exporter.get("/config")[2]
        exporter.config.write_text("providers: [{name: a, tipe: openai}]")
        status, _, text = exporter.get("/-/reload", method="POST", body="")
        self.assertEqual(status, 500)
        self.assertIn('did you mean "type"', text)
        self.assertRegex(text, r"llm_exporter\.yml:1:\d+")
        self.assertEqual(exporter.get("/config")[2], running)
        metrics = exporter.metrics()
        self.assertEqual(select(metrics, "llm_exporter_config_last_reload_successful"), [0])
        count = select(metrics, "llm_probe_attempts_total")[0]
        exporter.wait_for_metric("llm_probe_attempts_total", count + 1)
        exporter.config.write_text(self.config("a"))
        self.assertEqual(exporter.get("/-/reload", method="POST", body="")[0], 200)
        self.assertEqual(select(exporter.metrics(), "llm_exporter_config_last_reload_successful"), [1])

    def test_a_rotated_key_file_is_used_without_a_reload(self):
        self.simulator.close()
        self.simulator = Simulator(self, self.folder, script(fake("a", api_keys=["new-key-0001"])))
        key = self.folder.write("key", "old-key-0001\n")
        config = json.loads(self.config("a"))
        config["providers"][0]["api_key"] = {"file": str(key)}
        exporter = self.start(json.dumps(config))
        exporter.wait_for_metric("llm_probe_errors_total", 1, **{"class": "auth"})
        self.folder.write("key.next", "new-key-0001\n").rename(key)
        exporter.wait_for_metric("llm_probe_successes_total", 1)

    def test_shards_share_the_targets(self):
        config = self.config("a", "b", "c", "silent", timeout=QUICK)
        names = []
        for shard in ("0/2", "1/2"):
            folder = Folder(self)
            exporter = Exporter(self, folder, config, flags=[f"--shard={shard}"], env=ENV)
            names.append({dict(labels)["target"] for name, labels in exporter.metrics()
                          if name == "llm_probe_target_info"})
        self.assertEqual(names[0] | names[1], {f"{p}/gpt-sim" for p in ("a", "b", "c", "silent")})
        self.assertEqual(names[0] & names[1], set())

    def test_logs_are_structured_and_say_why(self):
        exporter = self.start(self.config("silent", timeout=QUICK))
        line = json.loads(exporter.wait_for_line(r".*probe failed.*").group(0))
        self.assertEqual((line["target"], line["outcome"], line["fault"]),
                         ("silent/gpt-sim", "no_first_token", "provider"))
        self.assertNotIn("ttft_seconds", line)

    def test_a_good_probe_is_logged_at_debug(self):
        exporter = self.start(self.config("a"), flags=["--log.level=debug"])
        exporter.wait_for_metric("llm_probe_attempts_total", 1)
        exporter.wait_for_line(r'"level":\s*"debug".*probe succeeded')


if __name__ == "__main__":
    unittest.main()
