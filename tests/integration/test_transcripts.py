"""Every transcript over a real socket, through `llm_exporter probe`, in four splits."""

import datetime
import json
import unittest

from harness import BINARY, ROOT, Folder, run_once
from replay import SPLITS, Answer, ReplayServer

TRANSCRIPTS = ROOT / "tests" / "transcripts"
# Who would have been told the transcripts of a folder, where it is not the type of that name.
SPEAKERS = {
    "openai-chat": {"type": "openai"},
    "openai-responses": {"type": "openai", "dialect": "openai-responses"},
    "azure-openai": {"type": "azure"},
    "ollama-native": {"type": "ollama"},
    "ollama-openai": {"type": "ollama", "dialect": "openai-chat"},
    "bedrock": {"type": "bedrock", "region": "us-east-1"},
    "vertex": {"type": "vertex", "region": "us-central1"},
}
# No answers to probes. Their readers have tests of their own: unit_status, unit_accounts, unit_money.
READ_ELSEWHERE = ("status-pages", "usage-costs", "prices")
# Tokens for a service account (unit_auth), and health checks, which no kind of probe asks.
NOT_ASKED = ("vertex-oauth-token-ok", "vertex-oauth-token-invalid-grant", "vllm-version",
             "llamacpp-health-ok", "litellm-health-readiness", "litellm-health-readiness-no-db",
             "portkey-root-selfhosted")


def kind_of(entry):
    if "models" in entry["expect"]:
        return "models"
    if entry["case"].startswith("hub-"):
        return "served"
    return "completion" if "nonstream" in entry["case"] else "stream"


def load():
    manifest = json.loads((TRANSCRIPTS / "manifest.json").read_text())
    entries = {f'{e["dialect"]}-{e["case"]}': e for e in manifest
               if e["dialect"] not in READ_ELSEWHERE}
    return {name: e for name, e in entries.items() if name not in NOT_ASKED}


def answer_of(entry):
    head = (TRANSCRIPTS / entry["headers"]).read_text().splitlines()
    body = (TRANSCRIPTS / entry["body"]).read_bytes()
    return Answer([line for line in head if line], body, cut=entry["case"].startswith("truncated"))


def seconds_until(instant):
    now = datetime.datetime.now(datetime.timezone.utc)
    return max(0.0, (datetime.datetime.fromisoformat(instant) - now).total_seconds())


class Transcripts(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.entries = load()
        cls.server = ReplayServer({name: answer_of(e) for name, e in cls.entries.items()})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def probe_all(self, split):
        providers = []
        for name, entry in self.entries.items():
            probe = {"kind": kind_of(entry)}
            if probe["kind"] != "models":
                probe |= {"models": ["m"]}
            if probe["kind"] in ("stream", "completion"):
                probe |= {"max_output_tokens": 64}
            url = f"http://127.0.0.1:{self.server.port}/{name}/{split}"
            speaker = SPEAKERS.get(entry["dialect"], {"type": entry["dialect"]})
            where = {"catalog_url": url} if probe["kind"] == "served" else {}
            providers.append({"name": name, **speaker, "base_url": url, **where,
                              "api_key": {"env": "REPLAY_KEY"}, "probes": [probe]})
        folder = Folder(self)
        config = folder.write("replay.yml", json.dumps({"providers": providers}))
        code, out, err = run_once([BINARY, "probe", f"--config.file={config}", "--format=json"],
                                  env={"REPLAY_KEY": "sk-replay-0123456789abcdef"})
        self.assertEqual(code, 1, err)  # some transcripts are failures
        results = {}
        for line in out.splitlines():
            result = json.loads(line)
            results[result["provider"]] = result
        self.assertEqual(set(results), set(self.entries), err)
        return results

    def test_same_result_in_every_split(self):
        for split in SPLITS:
            for name, result in self.probe_all(split).items():
                with self.subTest(transcript=name, split=split):
                    self.compare(self.entries[name], result)

    # Where the result has a manifest's member, if not under the same name.
    PLACES = {"retry_after_s": "retry_after_seconds"}
    NUMBERS = {"provider_ms", "provider_ttft_ms", "cost_usd", "retry_after_s"}

    def compare(self, entry, result):
        """Every member of the manifest. What it does not name is no concern of the case."""
        for member, want in entry["expect"].items():
            got = result.get(self.PLACES.get(member, member))
            if member.startswith("error_"):
                self.compare_error(member.removeprefix("error_"), want, result["error"])
            elif member == "usage":
                self.compare_usage(want, got)
            elif member == "ratelimit":
                self.compare_limits(want, got)
            elif member == "timings":
                for name, ms in want.items():
                    self.assertAlmostEqual(got[name], ms, places=6, msg=name)
            elif member in self.NUMBERS and want is not None:
                self.assertAlmostEqual(got, want, places=9, msg=member)
            else:
                self.assertEqual(got, want, member)
        if "first_token" in entry["expect"] and result["kind"] == "stream":
            self.assertEqual(result["ttft_seconds"] is None, result["first_token"] is None)

    def compare_error(self, member, want, error):
        want = want if want is None else str(want)
        # A finer code inside `details` is reported as the reason.
        finer = error["reason"] if member == "code" else None
        self.assertIn(want, (error[member], finer), error)

    def compare_usage(self, want, usage):
        if want is None:
            self.assertIsNone(usage)
            return
        generated = usage["output"]
        for member, count in want.items():
            if member == "visible_output":
                self.assertEqual(usage["output"] - usage["reasoning"], count)
            elif member == "total":  # of Gemini, reasoning is apart
                self.assertIn(count - usage["input"] - generated, (0, usage["reasoning"]))
            else:
                self.assertEqual(usage[member], count, f"usage.{member}")

    def compare_limits(self, want, limits):
        if want is None:
            self.assertIsNone(limits)
            return
        for resource, expect in want.items():
            limit = limits[resource]
            for member in ("limit", "remaining"):
                if member in expect:
                    self.assertEqual(limit[member], expect[member], resource)
            if "window" in expect:
                window = "five_minutes" if expect["window"] == "300s" else expect["window"]
                self.assertEqual(limit["window"], window, resource)
            if "reset_s" in expect:
                self.assertAlmostEqual(limit["reset_seconds"], expect["reset_s"])
            if "reset_at" in expect:
                self.assertAlmostEqual(limit["reset_seconds"], seconds_until(expect["reset_at"]),
                                       delta=60)


if __name__ == "__main__":
    unittest.main()
