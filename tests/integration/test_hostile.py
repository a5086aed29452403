"""Providers that send anything: the right class, bounded memory, the next probe unaffected."""

import json
import unittest

from harness import BINARY, Exporter, Folder, run_once, select
from hostile import GOOD, HostileServer

CLASS_OF = {
    "garbage": "invalid_response",
    "html": "invalid_response",
    "endless-line": "invalid_response",
    "many-headers": "invalid_response",
    "endless-header": "invalid_response",
    "never-ending-stream": "too_slow",
    "only-comments": "no_first_token",
    "nul-bytes": "invalid_response",
    "invalid-utf8": "invalid_response",
    "numbers-out-of-range": "invalid_response",
    "deep-json": "invalid_response",
    "redirect-loop": "not_found",
    "error-then-silence": "stream_error",
    "hang-up": "truncated",
}
MEMORY_LIMIT_KIB = 256 << 10  # of the whole exporter; one gzip bomb alone would be that much


def provider(server, name, probe):
    return {"name": name, "type": "openai-compatible",
            "base_url": f"http://127.0.0.1:{server.port}/{name}", "probes": [probe]}


def stream_probe(**more):
    return {"kind": "stream", "models": ["m"], **more}


class Hostile(unittest.TestCase):
    def setUp(self):
        self.server = HostileServer()
        self.addCleanup(self.server.close)
        self.folder = Folder(self)

    def test_each_misdeed_has_its_class_and_harms_nobody(self):
        quick = {"timeout": {"first_token": "2s", "idle": "2s", "total": "3s"}, "interval": "4s"}
        providers = [provider(self.server, name, stream_probe(**quick)) for name in CLASS_OF]
        providers.append(provider(self.server, "gzip-bomb", {"kind": "models", **quick}))
        providers.append(provider(self.server, "good", stream_probe(interval="1s")))
        exporter = Exporter(self, self.folder, json.dumps({"providers": providers}))

        for name, outcome in (CLASS_OF | {"gzip-bomb": "invalid_response"}).items():
            exporter.wait_for_metric("llm_probe_errors_total", 1, provider=name,
                                     **{"class": outcome})
        exporter.wait_for_metric("llm_probe_successes_total", 5, provider="good")
        metrics = exporter.metrics()
        for name, outcome in (CLASS_OF | {"gzip-bomb": "invalid_response"}).items():
            self.assertEqual(
                {dict(labels)["class"] for (metric, labels), value in metrics.items()
                 if metric == "llm_probe_errors_total" and value and ("provider", name) in labels},
                {outcome}, name)
        self.assertEqual(select(metrics, "llm_probe_failures_total", provider="good"), [0])
        self.assertLess(self.peak_memory_kib(exporter), MEMORY_LIMIT_KIB)

    def peak_memory_kib(self, exporter):
        with open(f"/proc/{exporter.popen.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

    def test_a_socket_closed_at_any_byte(self):
        finish = GOOD.index(b'"finish_reason":"stop"')
        finished = GOOD.index(b"\n\n", finish) + 2
        providers = [provider(self.server, f"cut-{n}", stream_probe()) for n in range(len(GOOD) + 1)]
        config = self.folder.write("cut.yml", json.dumps({"providers": providers}))
        code, out, err = run_once([BINARY, "probe", f"--config.file={config}", "--format=json"])
        self.assertEqual(code, 1, err)
        results = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(results), len(GOOD) + 1)
        for n, result in enumerate(results):
            with self.subTest(cut=n):
                self.assertEqual(result["outcome"], "ok" if n >= finished else "truncated", result)


if __name__ == "__main__":
    unittest.main()
