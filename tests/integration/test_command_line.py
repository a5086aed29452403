"""What a user meets first: flags, mistakes, the environment, `probe`."""

import json
import os
import pty
import re
import subprocess
import unittest

from harness import BINARY, Exporter, Folder, Process, Simulator, free_port, run_once
from scripts import HEALTHY, provider_config


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self)

    def run_in_folder(self, *arguments, env=None):
        return run_once([BINARY, *arguments], env=env, cwd=self.folder.path)

    def test_help_goes_to_stdout_and_has_examples(self):
        code, out, err = self.run_in_folder("--help")
        self.assertEqual((code, err), (0, ""))
        for word in ("Examples:", "--config.file", "--web.listen-address", "--shard", "probe"):
            self.assertIn(word, out)

    def test_version(self):
        code, out, _ = self.run_in_folder("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^llm_exporter \d+\.\d+\.\d+ \(revision \w+\)$")

    def test_wrong_flags_are_exit_code_2(self):
        for wrong in (["--no.such.flag"], ["--log.level=loud"], ["--shard=2/2"], ["--shard=x"],
                      ["--web.route-prefix=/a b"], ["--web.listen-address=127.0.0.1:99999"],
                      ["--web.listen-address=::1"], ["--web.external-url=javascript:alert(1)"],
                      ["frobnicate"], ["healthcheck", "--web.listen-address=9877"]):
            with self.subTest(flags=wrong):
                code, _, err = self.run_in_folder(*wrong)
                self.assertEqual(code, 2)
                self.assertTrue(err)

    def test_healthcheck_asks_the_exporter_that_listens_there(self):
        exporter = Exporter(self, self.folder, provider_config("http://127.0.0.1:9", ["a"]),
                            flags=["--web.route-prefix=/llm", "--web.listen-address=:0",
                                   "--web.listen-address=[::1]:0"], env={"SIM_KEY": "sk-none-0001"})
        listening = rf'"msg":"listening".*"address":"(?:http://)?{{}}:(\d+)"'
        port, every, ipv6 = (exporter.wait_for_line(listening.format(re.escape(host))).group(1)
                             for host in ("127.0.0.1", "[::]", "[::1]"))
        ask = [BINARY, "healthcheck", "--web.route-prefix=/llm"]
        for address in (f"127.0.0.1:{port}", f"localhost:{port}", f":{every}", f"0.0.0.0:{every}",
                        f"[::]:{every}", f"[::1]:{ipv6}"):
            with self.subTest(address=address):
                self.assertEqual(run_once([*ask, f"--web.listen-address={address}"]), (0, "", ""))
        code, _, err = run_once([BINARY, "healthcheck", f"--web.listen-address=127.0.0.1:{port}"])
        self.assertEqual(code, 1)
        self.assertIn("HTTP 404", err)
        exporter.stop()
        code, out, err = run_once([*ask, f"--web.listen-address=127.0.0.1:{port}"])
        self.assertEqual((code, out), (1, ""))
        self.assertRegex(err, rf"^not healthy: http://127.0.0.1:{port}/llm/-/healthy: .+\n$")

    def test_nothing_to_probe_says_what_to_do_in_one_line(self):
        code, out, err = self.run_in_folder()
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(len(err.strip().splitlines()), 1, err)
        for word in ("OPENAI_API_KEY", "--config.file", "make demo"):
            self.assertIn(word, err)

    def test_a_key_in_the_environment_is_enough(self):
        code, out, err = self.run_in_folder("--config.check", env={"OPENAI_API_KEY": "sk-none",
                                                                  "GROQ_API_KEY": "gsk-none"})
        self.assertEqual(code, 0, err)
        self.assertIn("2 providers", out)

    def test_a_key_in_a_file_is_enough(self):
        key = self.folder.write("key", "sk-none")
        code, out, err = self.run_in_folder("--config.check", env={"OPENAI_API_KEY_FILE": str(key)})
        self.assertEqual((code, err), (0, ""))
        self.assertIn("1 providers", out)
        code, _, err = self.run_in_folder("--config.check", env={"OPENAI_API_KEY_FILE": f"{key}.no"})
        self.assertEqual(code, 2)
        self.assertIn(f"{key}.no", err)

    def test_the_configuration_may_be_named_by_a_variable(self):
        self.folder.write("other.yml", provider_config("http://127.0.0.1:9", ["a"]))
        env = {"SIM_KEY": "sk-none-0001", "LLM_EXPORTER_CONFIG": "other.yml"}
        code, out, err = self.run_in_folder("--config.check", env=env)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("other.yml: valid", out)
        env = {"OPENAI_API_KEY": "sk-none", "LLM_EXPORTER_CONFIG": ""}
        self.assertIn("environment: valid", self.run_in_folder("--config.check", env=env)[1])

    def test_all_mistakes_of_a_file_at_once_with_their_places(self):
        self.folder.write("llm_exporter.yml", (
            "global: {interval: -5s}\n"
            "providers:\n"
            "  - name: a\n"
            "    type: opnai\n"
            "    api_key: sk-inline-secret-000000\n"
            "    probes: [{kind: strem, models: [m]}]\n"))
        code, out, err = self.run_in_folder("--config.check")
        self.assertEqual((code, out), (2, ""))
        for place in ("llm_exporter.yml:1:", "llm_exporter.yml:4:", "llm_exporter.yml:5:",
                      "llm_exporter.yml:6:", "did you mean"):
            self.assertIn(place, err)
        self.assertNotIn("sk-inline-secret", err)

    def test_bad_files_are_exit_code_2(self):
        (self.folder.path / "folder").mkdir()
        self.folder.write("empty.yml", "")
        self.folder.write("big.yml", "# padding\n" * (11 << 20))
        lol = "a: &a [x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))
        self.folder.write("bomb.yml", lol)
        self.folder.write("nul.yml", "providers:\0[]")
        self.folder.write("twice.yml", "providers: [{name: a, type: openai, api_key: {env: HOME}, "
                                       "probes: [{kind: stream, models: [m, m]}]}]")
        for name in ("folder", "empty.yml", "big.yml", "bomb.yml", "nul.yml", "twice.yml",
                     "missing.yml"):
            with self.subTest(file=name):
                code, out, err = self.run_in_folder(f"--config.file={name}")
                self.assertEqual((code, out), (2, ""), err)
                self.assertIn(name, err)

    def test_a_taken_port_is_said_plainly(self):
        port = free_port()
        config = provider_config("http://127.0.0.1:1", ["a"])
        first = Process(self, [BINARY, f"--config.file={self.folder.write('a.yml', config)}",
                               f"--web.listen-address=127.0.0.1:{port}"], env={"SIM_KEY": "k"})
        first.wait_for_line("listening")
        code, _, err = run_once([BINARY, f"--config.file={self.folder.path / 'a.yml'}",
                                 f"--web.listen-address=127.0.0.1:{port}"], env={"SIM_KEY": "k"})
        self.assertEqual(code, 1)
        self.assertIn(str(port), err)

    def test_providers_lists_the_types(self):
        code, out, _ = self.run_in_folder("providers")
        self.assertEqual(code, 0)
        for name in ("openai", "anthropic", "vllm"):
            self.assertIn(name, out)


class ProbeCommand(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self)
        self.simulator = Simulator(self, self.folder, HEALTHY)
        self.folder.write("llm_exporter.yml", provider_config(self.simulator.url,
                                                              ["healthy", "claude", "broken"]))
        self.env = {"SIM_KEY": "sk-sim-0123456789abcdef"}

    def probe(self, *arguments):
        return run_once([BINARY, "probe", *arguments], env=self.env, cwd=self.folder.path)

    def test_json_has_every_field_and_phases_that_add_up(self):
        code, out, err = self.probe("--format=json", "healthy/gpt-sim")
        self.assertEqual(code, 0, err)
        result = json.loads(out)
        for field in ("target provider model kind outcome class fault http_status error ttft_seconds "
                      "ttft_content_seconds duration_seconds phases tpot_seconds max_gap_seconds "
                      "tokens_per_second usage cost_usd finish_reason terminated text served_model "
                      "system_fingerprint request_id retry_after_seconds ratelimit").split():
            self.assertIn(field, result)
        self.assertEqual((result["outcome"], result["class"], result["fault"]), ("ok", None, None))
        self.assertAlmostEqual(sum(result["phases"].values()), result["duration_seconds"], places=6)
        self.assertIsNone(result["cost_usd"])
        self.assertGreater(result["ttft_seconds"], 0)

    def test_exit_codes(self):
        self.assertEqual(self.probe("healthy/gpt-sim", "claude/gpt-sim")[0], 0)
        self.assertEqual(self.probe("healthy/gpt-sim", "broken/gpt-sim")[0], 1)
        code, _, err = self.probe("healthy/gpt-simm")
        self.assertEqual(code, 2)
        self.assertIn("did you mean 'healthy/gpt-sim'", err)

    def test_text_on_a_terminal_has_a_waterfall_and_colour(self):
        # Long enough that a busy machine does not take its headers and its first token at once.
        self.simulator.set_fault("healthy", "{fault: slow_first_token, ttft: 500ms}")
        leader, follower = pty.openpty()
        process = subprocess.Popen([BINARY, "probe", "healthy/gpt-sim", "broken/gpt-sim"],
                                   cwd=self.folder.path, env=os.environ | self.env,
                                   stdout=follower, stderr=subprocess.DEVNULL)
        os.close(follower)
        text = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # the terminal is gone with the last writer
                break
            if not piece:
                break
            text += piece
        os.close(leader)
        self.assertEqual(process.wait(), 1)
        shown = text.decode()
        for word in ("\x1b[", "TTFT", "send", "prefill", "█", "server_error", "fault: provider"):
            self.assertIn(word, shown)

    def test_a_reader_that_has_gone_is_no_crash(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, "probe", "--format=json", "healthy/gpt-sim"],
                                  cwd=self.folder.path, env=os.environ | self.env, stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (1, b""))

    def test_text_on_a_pipe_has_no_colour(self):
        _, out, _ = self.probe("--format=text", "healthy/gpt-sim")
        self.assertIn("TTFT", out)
        self.assertNotIn("\x1b", out)


if __name__ == "__main__":
    unittest.main()
