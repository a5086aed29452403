"""The key never leaves: every kind of secret, peers that repeat it, and everything we ever show."""

import base64
import json
import random
import string
import subprocess
import types
import unittest

from echo_server import MODES, EchoServer
from harness import (BINARY, Exporter, Folder, Process, free_port, http, run_once, tool,
                     wait_until)

LETTERS = string.ascii_letters + string.digits
STRETCH = 12  # of a secret; a shorter one could be a word
TIMEOUT = {"connect": "2s", "first_token": "2s", "idle": "1s", "total": "4s"}
_dice = random.Random(20261121)


def secret(prefix="", size=40, middle=""):
    text = "".join(_dice.choice(LETTERS) for _ in range(size))
    return prefix + text[:size // 2] + middle + text[size // 2:]


def new_private_key():
    return subprocess.run(
        [tool("openssl"), "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        check=True, capture_output=True).stdout.decode()


class Needles:
    """Every stretch of every secret, also in base64; and heads and tails that are too much."""

    def __init__(self):
        self.stretches = {}  # text of STRETCH characters -> whose it is
        self.edges = {}

    def add(self, name, value):
        for text in {value, *self._in_base64(value)}:
            for i in range(len(text) - STRETCH + 1):
                self.stretches[text[i:i + STRETCH]] = name
        self.edges[value[:8]] = name + " (head)"
        self.edges[value[-6:]] = name + " (tail)"

    def add_pem(self, name, pem):
        for line in pem.splitlines():
            if not line.startswith("-"):
                for i in range(len(line) - STRETCH + 1):
                    self.stretches[line[i:i + STRETCH]] = name

    @staticmethod
    def _in_base64(value):
        raw = value.encode()
        for shift in range(3):  # as a part of something longer
            text = base64.b64encode(raw[shift:len(raw) - (len(raw) - shift) % 3]).decode()
            yield text
            yield text.translate(str.maketrans("+/", "-_"))

    def found_in(self, text):
        """{secret: where it stands}"""
        found = {}
        for i in range(len(text) - STRETCH + 1):
            name = self.stretches.get(text[i:i + STRETCH])
            if name and name not in found:
                found[name] = text[max(0, i - 120):i + 40]
        for edge, name in self.edges.items():
            at = text.find(edge)
            if at >= 0 and name.split(" (")[0] not in found:
                found[name] = text[max(0, at - 120):at + 40]
        return found


class Run:
    """One configuration with a secret in every place that takes one, and all that it shows."""

    def __init__(self, owner):
        self.needles = Needles()
        self.folder = Folder(owner)
        self.access_token = self.hide("access token", secret("ya29."))
        self.echo = EchoServer(self.access_token)
        owner.addCleanup(self.echo.close)
        self.env = {}
        self.providers = []
        self._add_all()
        self.echo.server.title = " ".join(
            [self.env["KEY_OPENAI"], self.env["ADMIN_OPENAI"]])
        self.config = {"providers": self.providers,
                       "budget": {"tokens_per_day": 10_000_000, "usd_per_day": 1000}}

    def hide(self, name, value):
        self.needles.add(name, value)
        return value

    def from_env(self, variable, value):
        self.env[variable] = self.hide(variable, value)
        return {"env": variable}

    def from_file(self, name, value):
        self.folder.write(name, self.hide(name, value) + "\n")
        return {"file": name}

    def from_command(self, name, value):
        self.folder.write(name, self.hide(name, value))
        return {"command": ["cat", str(self.folder.path / name)]}

    def service_account(self, name, token_path):
        """Google's file, its key in one line with \\n as Google writes it."""
        pem = new_private_key()
        self.needles.add_pem(name, pem)
        self.folder.write(name, json.dumps({
            "type": "service_account", "project_id": "p", "private_key_id": "1",
            "private_key": pem, "client_email": "probe@example.com",
            "token_uri": f"{self.echo.url}/token{token_path}"}))
        return {"file": name}

    def add(self, type_name, path="", kinds=("models", "stream", "completion"), **more):
        """The same provider once for each mode."""
        for mode in MODES:
            probes = [{"kind": kind, "interval": "1s", "timeout": TIMEOUT,
                       **({} if kind in ("models", "key") else {"models": ["m"]})}
                      for kind in kinds]
            label = f"{more.get('dialect', type_name)}-{len(self.providers)}-{mode}"
            hub = {"catalog_url": f"{self.echo.url}/{mode}"} if "served" in kinds else {}
            self.providers.append({"name": label, "type": type_name,
                                   "base_url": f"{self.echo.url}/{mode}{path}", "probes": probes}
                                  | more | hub)

    def _add_all(self):
        admin = {"admin_key": self.from_env("ADMIN_OPENAI", secret("sk-admin-")), "interval": "1s"}
        page = {"system": "statuspage", "url": f"{self.echo.url}/status/summary.json",
                "components": ["*"], "interval": "1s"}
        self.add("openai", "/v1", api_key=self.from_env("KEY_OPENAI", secret("sk-proj-")),
                 account=admin, status_page=page, kinds=("models", "key", "stream", "completion"))
        self.add("openai", "/v1", dialect="openai-responses",
                 api_key=self.from_file("responses.key", secret()))
        admin = {"admin_key": self.from_command("anthropic.admin", secret()), "interval": "1s"}
        self.add("anthropic", "/v1", account=admin,
                 api_key=self.from_command("anthropic.key", secret("sk-ant-api03-")))
        self.add("openrouter", "/v1", account={"interval": "1s"}, kinds=("key", "stream"),
                 api_key=self.from_env("KEY_OPENROUTER", secret()))
        self.add("deepseek", "", account={"interval": "1s"},
                 api_key=self.from_env("KEY_DEEPSEEK", secret()))
        self.add("gemini", "/v1beta", api_key=self.from_file("gemini.key", secret("AIza")))
        self.add("azure", "/openai/v1", api_key=self.from_env("KEY_AZURE", secret()))
        self.add("cohere", "", api_key=self.from_env("KEY_COHERE", secret()))
        self.add("huggingface", "/v1", kinds=("served", "stream", "completion"),
                 api_key=self.from_env("KEY_HF", secret("hf_")))
        self.add("ollama", "", headers={"X-Ollama-Token": self.from_env("HEADER_OLLAMA", secret())})
        self.add("portkey", "/v1", api_key=self.from_env("KEY_PORTKEY", secret()), headers={
            "x-portkey-api-key": self.from_env("HEADER_PORTKEY", secret(middle='"\\'))})
        self.add("bedrock", "", region="us-east-1", aws={
            "access_key_id": self.from_env("AWS_ID", secret("AKIA", 16)),
            "secret_access_key": self.from_file("aws.secret", secret(middle="+/")),
            "session_token": self.from_command("aws.session", secret(size=120, middle="/+"))})
        aws_json = {"Version": 1, "AccessKeyId": self.hide("aws json id", secret("ASIA", 16)),
                    "SecretAccessKey": self.hide("aws json secret", secret()),
                    "SessionToken": self.hide("aws json session", secret(size=80))}
        self.folder.write("aws.json", json.dumps(aws_json))
        self.add("bedrock", "", region="us-east-1", aws={"credentials": {"file": "aws.json"}})
        self.add("bedrock", "", api_key=self.from_env("KEY_BEDROCK", secret()), region="us-east-1")
        self.add("vertex", "/v1", kinds=("models", "stream"), region="global", project="p",
                 service_account=self.service_account("vertex.json", ""))
        self.add("vertex", "/v1", kinds=("stream",), region="global", project="p",
                 service_account=self.service_account("refused.json", "/refuse"))
        self._add_proxied()

    def _add_proxied(self):
        password = self.hide("proxy password", secret())
        basic = base64.b64encode(f"user:{password}".encode()).decode()
        self.needles.add("proxy credentials", basic)
        host = self.echo.url.removeprefix("http://")
        self.env |= {"http_proxy": f"http://user:{password}@{host}", "no_proxy": "127.0.0.1",
                     "https_proxy": f"http://user:{password}@127.0.0.1:{free_port()}"}
        for mode in MODES:
            self.providers.append({
                "name": f"proxied-{mode}", "type": "vllm", "proxy_url": "env",
                "base_url": f"http://proxied.invalid/{mode}/v1",
                "probes": [{"models": ["m"], "interval": "1s", "timeout": TIMEOUT}]})
        self.providers.append({
            "name": "no-proxy-there", "type": "vllm", "proxy_url": "env",
            "base_url": "https://proxied.invalid/v1",
            "probes": [{"models": ["m"], "interval": "1s", "timeout": TIMEOUT}]})

    def add_what_was_sent(self):
        """JWTs are made at run time, and good for an hour."""
        for i, text in enumerate(sorted(self.echo.sent())):
            if text.startswith("eyJ"):
                self.needles.add(f"assertion {i}", text.rsplit(".", 1)[1])  # the rest is no secret

    def watch(self, owner):
        """Runs it until every target was probed and every account read; {place: what was shown}."""
        config = json.dumps(self.config)
        as_json = Exporter(owner, self.folder, config, env=self.env, flags=["--log.level=debug"])
        address = f"127.0.0.1:{free_port()}"
        as_logfmt = Process(owner, [BINARY, f"--config.file={as_json.config}", "--log.level=debug",
                                    f"--web.listen-address={address}"], env=self.env)
        pages = ("/metrics", "/", "/config", "/api/v1/targets", "/api/v1/providers")
        for url in (as_json.url, f"http://{address}"):
            wait_until("every target to be probed twice", lambda: self._all_probed(url))
        self.add_what_was_sent()
        shown = {path: as_json.get(path)[2] for path in pages}
        shown["/metrics (OpenMetrics)"] = as_json.get(
            "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})[2]
        shown["a refused reload"] = self._refused_reloads(as_json)
        for process in (as_json, as_logfmt):
            assert process.stop()[0] == 0, process.output()
        shown["log (JSON)"] = as_json.output()
        shown["log (logfmt)"] = as_logfmt.output()
        shown["budget file"] = (self.folder.path / "llm_exporter_budget.json").read_text()
        for form in ("json", "text"):
            done = run_once([BINARY, "probe", f"--config.file={as_json.config}", "--format", form],
                            env=self.env)
            assert done[0] == 1, done
            shown[f"probe --format {form}"] = done[1] + done[2]
        self.add_what_was_sent()
        return shown

    def _all_probed(self, url):
        data = json.loads(http(url + "/api/v1/targets")[2])["data"]["targets"]
        read = json.loads(http(url + "/api/v1/providers")[2])["data"]["providers"]
        waiting = [t["target"] for t in data if t["attempts"] < 2]
        waiting += [p["provider"] for p in read if p["account"]
                    and not (p["account"]["error"] or p["account"]["read_at"])]
        waiting += [p["provider"] for p in read if p["status_page"]
                    and not p["status_page"]["read_at"]]
        return not waiting

    def _refused_reloads(self, exporter):
        """A secret file that went bad: what it holds must not be told."""
        text = ""
        key = self.folder.path / "responses.key"
        good = key.read_text()
        for bad in (f"{secret_of(self, 'bad line')}\n{secret_of(self, 'second line')}\n",
                    secret_of(self, "bad control") + "\x01", secret_of(self, "much") * 3000):
            key.write_text(bad)
            status, _, body = exporter.get("/-/reload", method="POST", body="")
            assert status == 500, (status, body)
            text += body
        key.write_text(good)
        return text


def secret_of(run, name):
    return run.hide(name, secret())


class TheKeyNeverLeaves(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        owner = types.SimpleNamespace(addCleanup=cls.addClassCleanup)
        cls.run_ = Run(owner)
        cls.shown = cls.run_.watch(owner)

    def nothing_in(self, place):
        for name, where in self.run_.needles.found_in(self.shown[place]).items():
            with self.subTest(secret=name):
                self.fail(f"in {place}: …{where!r}…")

    def test_the_secrets_were_really_sent(self):
        """Otherwise this file proves nothing."""
        sent = self.run_.echo.sent()
        for variable, value in self.run_.env.items():
            if not variable.endswith("proxy"):
                self.assertIn(value, sent, variable)
        self.assertIn(self.run_.access_token, sent)
        self.assertTrue(any(s.startswith("eyJ") for s in sent))
        for mode in MODES:
            self.assertTrue(any(p.startswith(f"/{mode}/") for p in self.run_.echo.server.paths))
        for place in ("/api/v1/targets", "/metrics", "log (JSON)", "log (logfmt)",
                      "probe --format json", "probe --format text"):
            self.assertIn("[redacted]", self.shown[place])
        self.assertRegex(self.shown["/metrics"], r'llm_account_tokens_today\{[^}]*"\[redacted\]')
        self.assertRegex(self.shown["/api/v1/providers"], r'"error":"[^"]*\[redacted\]')
        self.assertRegex(self.shown["probe --format json"], r'"served_by":\["\[redacted\]"\]')

    def test_the_search_finds_what_is_there(self):
        key = self.run_.env["KEY_AZURE"]
        for text in (f"x{key}x", f"x{key[15:30]}x", f"'{key[:8]}'", f"'{key[-6:]}'",
                     base64.b64encode(f"user:{key}".encode()).decode()):
            self.assertTrue(self.run_.needles.found_in(text), text)
        self.assertFalse(self.run_.needles.found_in("an innocent text of some length"))

    def test_metrics(self):
        self.nothing_in("/metrics")

    def test_metrics_as_openmetrics(self):
        self.nothing_in("/metrics (OpenMetrics)")

    def test_page(self):
        self.nothing_in("/")

    def test_config(self):
        self.nothing_in("/config")

    def test_targets(self):
        self.nothing_in("/api/v1/targets")

    def test_providers(self):
        self.nothing_in("/api/v1/providers")

    def test_refused_reload(self):
        self.nothing_in("a refused reload")

    def test_log_as_json(self):
        self.nothing_in("log (JSON)")

    def test_log_as_logfmt(self):
        self.nothing_in("log (logfmt)")

    def test_budget_file(self):
        self.nothing_in("budget file")

    def test_probe_as_json(self):
        self.nothing_in("probe --format json")

    def test_probe_as_text(self):
        self.nothing_in("probe --format text")


class ConfigCheck(unittest.TestCase):
    """What is said of a wrong file or a wrong secret does not hold it."""

    def check(self, provider, env=None, needles=(), codes=(2,)):
        folder = Folder(self)
        config = folder.write("c.yml", json.dumps({"providers": [
            {"name": "p", "type": "openai", "probes": [{"models": ["m"]}]} | provider]}))
        code, out, err = run_once([BINARY, f"--config.file={config}", "--config.check"], env=env)
        self.assertIn(code, codes, out + err)
        hidden = Needles()
        for needle in needles:
            hidden.add("it", needle)
        self.assertEqual(hidden.found_in(out + err), {}, out + err)

    def test_a_secret_in_the_file(self):
        for prefix in ("sk-proj-", ""):
            key = secret(prefix)
            for name, provider in {
                    "api_key": {"api_key": key},
                    "authorization": {"headers": {"Authorization": f"Bearer {key}"}},
                    "x-api-key": {"headers": {"x-api-key": key}},
                    "admin_key": {"api_key": {"env": "PATH"}, "account": {"admin_key": key}},
                    "value": {"api_key": {"value": key}},
                    "list": {"api_key": [key]},
                    "base_url": {"base_url": f"https://user:{key}@example.com/v1"},
                    "query": {"base_url": f"https://example.com/v1?key={key}"},
                    "proxy": {"api_key": {"env": "PATH"}, "proxy_url": f"http://u:{key}@p:3128"},
                    "aws": {"type": "bedrock", "region": "us-east-1", "aws": {
                        "access_key_id": key, "secret_access_key": key}},
                    "service_account": {"type": "vertex", "region": "global", "project": "p",
                                        "service_account": key}}.items():
                with self.subTest(name, prefix=prefix):
                    self.check(provider, needles=[key])

    def test_a_secret_where_its_source_belongs(self):
        """{env: THE KEY ITSELF}: a common mistake."""
        for prefix in ("sk-proj-", "gsk_", "hf_"):
            key = secret(prefix)
            for source in ({"env": key}, {"file": key}, {"command": [key]},
                           {"command": ["/nonexistent", key]}):
                with self.subTest(prefix, source=list(source)):
                    self.check({"api_key": source}, needles=[key])

    def test_a_secret_that_cannot_be_used(self):
        key, other = secret(), secret()
        folder = Folder(self)
        two = folder.write("two", f"{key}\n{other}\n")
        control = folder.write("control", f"{key}\x02")
        long = folder.write("long", key * 3000)
        for name, source in {"two lines": {"file": str(two)}, "control": {"file": str(control)},
                             "long": {"file": str(long)}, "env": {"env": "TWO"},
                             "command": {"command": ["cat", str(two)]},
                             "stderr": {"command": ["sh", "-c", f"cat {two} >&2; exit 3"]},
                             "fails": {"command": ["sh", "-c", f"cat {two}; exit 3"]}}.items():
            with self.subTest(name):
                self.check({"api_key": source}, env={"TWO": f"{key}\n{other}"},
                           needles=[key, other])

    def test_credentials_of_several_parts_that_cannot_be_used(self):
        key = secret()
        pem = new_private_key()
        body = pem.splitlines()[5]
        account = {"type": "service_account", "client_email": "a@example.com", "private_key": pem,
                   "token_uri": "https://oauth2.googleapis.com/token"}
        folder = Folder(self)
        for name, text in {"cut": json.dumps(account)[:-9], "not json": pem,
                           "no email": json.dumps({**account, "client_email": ""}),
                           "broken key": json.dumps({**account, "private_key": pem[:900]}),
                           "user": json.dumps({**account, "type": "authorized_user"}),
                           "list": json.dumps([account])}.items():
            with self.subTest(name):
                self.check({"type": "vertex", "region": "global", "project": "p",
                            "service_account": {"file": str(folder.write("sa", text))}},
                           needles=[body], codes=(0, 2))
        for name, text in {"cut": f'{{"AccessKeyId":"{key}","Secr', "text": key,
                           "half": json.dumps({"Version": 1, "AccessKeyId": key}),
                           "number": json.dumps({"AccessKeyId": key, "SecretAccessKey": 7}),
                           }.items():
            with self.subTest(aws=name):
                self.check({"type": "bedrock", "region": "us-east-1", "aws": {
                    "credentials": {"file": str(folder.write("aws", text))}}}, needles=[key])


if __name__ == "__main__":
    unittest.main()
