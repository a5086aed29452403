"""config/demo.yml as a test runs it: on a free port, quicker, and with what the demo leaves out."""

import json
import re
import shutil
import subprocess

from harness import ROOT, Simulator, free_port, http, tool
from scripts import fake, script

DEMO = ROOT / "config" / "demo.yml"
KEY = "demo.key"

# Providers that the demo does without: one over TLS, whose certificate can expire, one that tells
# its own time to first token, and accounts that know their balance or their limit.
MORE_PROVIDERS = """
  - name: secure
    type: openai-compatible
    base_url: {tls}/secure/v1
    tls: {{ca_file: cert.pem}}
    probes: [{{kind: stream, models: [gpt-sim], interval: 1s}}]
  - name: telling
    type: fireworks
    base_url: {url}/telling/v1
    api_key: {{file: demo.key}}
    probes: [{{kind: completion, models: [gpt-sim], interval: 1s}}]
  - name: prepaid
    type: deepseek
    base_url: {url}/prepaid/v1
    api_key: {{file: demo.key}}
    account: {{url: "{url}/prepaid", interval: 1s}}
    budget: {{usd_per_day: 1, tokens_per_day: 100000}}
    probes: [{{kind: stream, models: [gpt-sim], interval: 1s}}]
  - name: capped
    type: openrouter
    base_url: {url}/capped/v1
    api_key: {{file: demo.key}}
    account: {{url: "{url}/capped/v1", interval: 1s}}
    probes: [{{kind: stream, models: [gpt-sim], interval: 1s}}]
"""
MORE_FAKES = "\n" + "".join([
    fake("telling", flavour="fireworks"),
    fake("prepaid", account={"api": "deepseek", "balance": 12.5}),
    fake("capped", account={"api": "openrouter", "limit_usd": 50, "usd_today": 1.5, "balance": 20})])


def replace(text, pattern, by):
    """As re.sub, of something that must be there."""
    text, count = re.subn(pattern, by, text, flags=re.MULTILINE)
    assert count, f"{pattern!r} is not in {DEMO}"
    return text


def certificate(folder):
    """Makes cert.pem and key.pem, good for a month, of a name and address of this machine."""
    subprocess.run(
        [tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder.path / "key.pem", "-out", folder.path / "cert.pem"],
        check=True, capture_output=True)


class Demo:
    """The configuration, and the address of the fakes that the exporter itself will run."""

    def __init__(self, test, folder):
        certificate(folder)
        files = {"cert_file": str(folder.path / "cert.pem"), "key_file": str(folder.path / "key.pem")}
        tls = Simulator(test, folder, replace(
            script(fake("secure")), r"^simulator:\n", f"simulator:\n  tls: {json.dumps(files)}\n"))
        for name in (KEY, "model_prices.json"):
            shutil.copy(DEMO.parent / name, folder.path)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        text = DEMO.read_text().replace("127.0.0.1:9878", f"127.0.0.1:{port}")
        text = replace(text, r"state_file: [^}]*", "state_file: budget.json")
        text = replace(text, r"interval: (\d+)s", lambda m: f"interval: {max(1, int(m[1]) // 10)}s")
        text = replace(text, r"^providers:\n",
                       "providers:" + MORE_PROVIDERS.format(url=self.url, tls=tls.url) + "\n")
        self.config = replace(text, r"^(simulator:\n(?:  .*\n)*?  providers:)\n", r"\1" + MORE_FAKES)

    def fault(self, provider, fault):
        status, _, body = http(f"{self.url}/_sim/providers/{provider}/fault", "PUT", fault)
        assert status in (200, 204), body
