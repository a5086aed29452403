"""Every transcript over a real socket, through `llm_exporter probe`, in four splits."""

import datetime
import json
import unittest

from harness import BINARY, ROOT, Folder, run_once
from replay import SPLITS, Answer, ReplayServer

TRANSCRIPTS = ROOT / "tests" / "transcripts"
# Which provider type reads the transcripts of a folder. Of the types that share OpenAI's dialect, the
# rate-limit headers of their own are not read yet.
COMPLETE = {"openai-chat": "openai", "anthropic": "anthropic"}
TYPES = COMPLETE | {"ollama-openai": "ollama"} | {name: name for name in (
    "groq", "mistral", "deepseek", "xai", "together", "fireworks", "openrouter", "perplexity",
    "cerebras", "huggingface", "vllm", "llamacpp", "tgi", "litellm", "portkey")}


def kind_of(entry):
    if entry["case"].startswith("models-list"):
        return "models"
    return "completion" if "nonstream" in entry["case"] else "stream"


def load():
    manifest = json.loads((TRANSCRIPTS / "manifest.json").read_text())
    return {f'{e["dialect"]}-{e["case"]}': e for e in manifest if e["dialect"] in TYPES}


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
                probe |= {"models": ["m"], "max_output_tokens": 64}
            providers.append({
                "name": name, "type": TYPES[entry["dialect"]],
                "base_url": f"http://127.0.0.1:{self.server.port}/{name}/{split}",
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

    def compare(self, entry, result):
        expect = entry["expect"]
        self.assertEqual(result["outcome"], expect["outcome"], result)
        for member in ("terminated", "text", "finish_reason", "served_model", "system_fingerprint",
                       "request_id", "models"):
            if member in expect:
                self.assertEqual(result.get(member), expect[member], member)
        for member in ("type", "code", "param"):
            if f"error_{member}" in expect:
                said = result["error"]
                # A finer code inside `details` is reported as the reason.
                wanted = expect[f"error_{member}"]
                wanted = wanted if wanted is None else str(wanted)
                self.assertIn(wanted, (said[member], said["reason"]), result)
        for token in ("first_token", "first_content"):
            if token in expect:
                self.assertEqual(result[token], expect[token], token)
        if "first_token" in expect:
            self.assertEqual(result["ttft_seconds"] is None, expect["first_token"] is None)
        if "usage" in expect:
            self.compare_usage(expect["usage"], result["usage"])
        if "retry_after_s" in expect:
            self.assertEqual(result["retry_after_seconds"], expect["retry_after_s"])
        if entry["dialect"] not in COMPLETE:
            return
        self.assertEqual(result["provider_ms"], expect.get("provider_ms", result["provider_ms"]))
        for resource, limit in expect.get("ratelimit", {}).items():
            self.compare_limit(limit, (result["ratelimit"] or {}).get(resource))

    def compare_usage(self, expect, usage):
        if expect is None:
            self.assertIsNone(usage)
            return
        for member in usage.keys() & expect.keys():
            self.assertEqual(usage[member], expect[member], f"usage.{member}")

    def compare_limit(self, expect, limit):
        self.assertEqual(limit["limit"], expect["limit"])
        self.assertEqual(limit["remaining"], expect["remaining"])
        if "reset_s" in expect:
            self.assertAlmostEqual(limit["reset_seconds"], expect["reset_s"])
        if "reset_at" in expect:
            self.assertAlmostEqual(limit["reset_seconds"], seconds_until(expect["reset_at"]), delta=60)


if __name__ == "__main__":
    unittest.main()
