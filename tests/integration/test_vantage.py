"""Whose fault it is: our own network taken away while the providers live, and the reverse."""

import json
import subprocess
import sys
import unittest

from harness import BINARY, ROOT, ClassCleanup, Exporter, Folder, Process, Simulator, select, tool, wait_until
from namespaces import NEUTRAL, OURS, THEIRS, Network, connect, use_resolver
from scripts import QUICK, fake, script

ENV = {"SIM_KEY": "sk-sim-0123456789abcdef"}
NAMES = f"provider.test {THEIRS}\ncanary.test {NEUTRAL}\n"


def certificate(folder, name):
    """NAME.pem and NAME.key of the host NAME.test, its own authority."""
    subprocess.run(
        [tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "30", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}.test",
         "-keyout", folder.path / f"{name}.key", "-out", folder.path / f"{name}.pem"],
        check=True, capture_output=True)
    return str(folder.path / f"{name}.pem")


def listening(at, text, tls=None):
    """A script of fakes that listen elsewhere."""
    text = text.replace("listen: 127.0.0.1:0", f"listen: {at}:0")
    if not tls:
        return text
    files = json.dumps({"cert_file": tls, "key_file": tls.replace(".pem", ".key")})
    return text.replace("simulator:\n", f"simulator:\n  tls: {files}\n", 1)


def provider(name, base_url, **more):
    return {"name": name, "type": "openai-compatible", "base_url": f"{base_url}/{name}/v1",
            "api_key": {"env": "SIM_KEY"}, **more,
            "probes": [{"kind": "stream", "models": ["gpt-sim"], "interval": "1s", "timeout": QUICK}]}


class Counters:
    """What has been counted of each provider so far."""

    def __init__(self, exporter):
        self.samples = exporter.metrics()

    def of(self, name, provider, **labels):
        return sum(select(self.samples, f"llm_probe_{name}_total", provider=provider, **labels))

    def failures(self, provider):
        return self.of("failures", provider)

    def errors(self, provider, cls):
        return self.of("errors", provider, **{"class": cls})


class Waiting:
    """For tests with an `exporter`."""

    def wait_for_errors(self, classes, more=2):
        """Until each provider has failed so `more` times, from now on; {provider: class}."""
        before = Counters(self.exporter)

        def look():
            now = Counters(self.exporter)
            return all(now.errors(p, cls) >= before.errors(p, cls) + more
                       for p, cls in classes.items()) and now
        return wait_until(f"{classes}", look)

    def wait_for_successes(self, providers, more=2):
        before = Counters(self.exporter)

        def look():
            now = Counters(self.exporter)
            return all(now.of("successes", p) >= before.of("successes", p) + more for p in providers)
        wait_until(f"successes of {providers}", look)

    def wait_for_down(self, down):
        def look():
            return select(self.exporter.metrics(), "llm_vantage_down") == [down]
        wait_until(f"llm_vantage_down {down}", look)

    def wait_for_reason(self, *words):
        def look():
            why = self.vantage()["why"] or ""
            return all(word in why for word in words)
        wait_until(f"{words} in {self.vantage()}", look)

    def vantage(self):
        return json.loads(self.exporter.get("/api/v1/vantage")[2])["data"]

    # A first failure of before may still be under way: what is counted once it is ours stays so.
    def expect_counted_against_nobody(self, providers):
        ours = dict.fromkeys(providers, "local_network")
        first = self.wait_for_errors(ours, 1)
        last = self.wait_for_errors(ours, 2)
        for p in providers:
            self.assertEqual(last.failures(p), first.failures(p), p)

    def expect_their_fault(self, classes):
        before = Counters(self.exporter)
        after = self.wait_for_errors(classes)
        for p in classes:
            self.assertGreaterEqual(after.failures(p), before.failures(p) + 2, p)
            self.assertEqual(after.errors(p, "local_network"), before.errors(p, "local_network"), p)
        self.wait_for_down(0)


class WithCanaries(Waiting, unittest.TestCase):
    """The exporter and its resolver on our side of a cable, providers and canaries on the other."""

    HEALTHY = ["named", "addressed", "secure"]
    # Faulty whatever we do, each in its class.
    FAULTY = {"distrusted": "tls", "silent": "no_first_token", "stalling": "stalled",
              "cut": "truncated", "broken": "server_error"}

    @classmethod
    def setUpClass(cls):
        test = ClassCleanup(cls)
        cls.folder = folder = Folder(test)
        cls.ours = Network(test)
        cls.theirs = Network(test, within=cls.ours)
        connect(cls.ours, cls.theirs)
        cls.names = folder.write("names", NAMES)
        use_resolver(cls.ours, folder, "127.0.0.1")
        cls.start_resolver()

        cert, canary = certificate(folder, "provider"), certificate(folder, "canary")
        fakes = "".join(fake(name) for name in ("named", "addressed"))
        for name, fault in (("silent", "no_first_token"), ("stalling", "stall"), ("cut", "truncate"),
                            ("broken", "server_error")):
            fakes += fake(name, faults=[{"fault": fault}])
        plain = cls.start_simulator(listening(THEIRS, script(fakes)))
        tls = cls.start_simulator(listening(THEIRS, script(fake("secure"), fake("distrusted")), cert))
        neutral = cls.start_simulator(listening(NEUTRAL, script(fake("neutral")), canary))
        ports = [simulator.url.rpartition(":")[2] for simulator in (plain, tls, neutral)]
        by_name = f"http://provider.test:{ports[0]}"
        by_name_tls = f"https://provider.test:{ports[1]}"
        cls.plain = plain
        cls.config = {
            "canary": {"interval": "1s", "timeout": "1s", "tls": {"ca_file": canary}, "checks": [
                {"name": "resolver", "dns": "canary.test"},
                {"name": "gateway", "tcp": f"{NEUTRAL}:{ports[2]}"},
                {"name": "web", "https": f"https://canary.test:{ports[2]}/"}]},
            "providers": [
                provider("named", by_name),
                provider("addressed", plain.url),
                provider("secure", by_name_tls, tls={"ca_file": cert}),
                provider("distrusted", by_name_tls),
                *(provider(name, plain.url) for name in ("silent", "stalling", "cut", "broken"))]}
        cls.exporter = cls.start_exporter(cls.config)

    @classmethod
    def start_resolver(cls):
        server = ROOT / "tests" / "integration" / "dns_server.py"
        cls.resolver = Process(ClassCleanup(cls), [sys.executable, server, "127.0.0.1", cls.names],
                               network=cls.ours)
        cls.resolver.wait_for_line("ready")

    @classmethod
    def start_simulator(cls, text):
        return Simulator(ClassCleanup(cls), Folder(ClassCleanup(cls)), text, network=cls.theirs)

    @classmethod
    def start_exporter(cls, config):
        return Exporter(ClassCleanup(cls), Folder(ClassCleanup(cls)), json.dumps(config), env=ENV,
                        network=cls.ours)

    def canaries(self):
        return {dict(labels)["canary"]: value for (name, labels), value
                in self.exporter.metrics().items() if name == "llm_vantage_canary_success"}

    def setUp(self):
        self.wait_for_successes(self.HEALTHY, 1)
        self.wait_for_down(0)

    def test_faults_are_theirs_while_canaries_live(self):
        before = Counters(self.exporter)
        self.expect_their_fault(self.FAULTY)
        self.assertEqual(self.canaries(), {"resolver": 1, "gateway": 1, "web": 1})
        after = Counters(self.exporter)
        for name in self.HEALTHY:
            self.assertEqual(after.failures(name), before.failures(name))

    def test_our_resolver_is_gone(self):
        before = Counters(self.exporter)
        self.resolver.stop()
        try:
            self.expect_counted_against_nobody(["named", "secure", "distrusted"])
            self.wait_for_down(1)
            wait_until("the canaries", lambda: self.canaries() == {"resolver": 0, "gateway": 1, "web": 0})
            self.wait_for_reason("resolver (Could not resolve host: canary.test)")
            # Who needs no resolver is judged as ever.
            self.wait_for_successes(["addressed"])
            self.wait_for_errors({"silent": "no_first_token"})
            self.wait_for_down(1)
        finally:
            self.start_resolver()
        self.wait_for_successes(self.HEALTHY)
        self.wait_for_down(0)
        after = Counters(self.exporter)
        for name in self.HEALTHY:
            self.assertEqual(after.failures(name), before.failures(name))
        self.assertEqual(after.errors("addressed", "local_network"),
                         before.errors("addressed", "local_network"))

    def test_our_route_is_gone(self):
        before = Counters(self.exporter)
        self.ours.run("ip", "link", "set", "world", "down")
        try:
            self.expect_counted_against_nobody([*self.HEALTHY, *self.FAULTY])
            self.wait_for_down(1)
            wait_until("the canaries", lambda: self.canaries() == {"resolver": 1, "gateway": 0, "web": 0})
            self.wait_for_reason("gateway (", "web (")
            self.probe_once()
        finally:
            self.ours.run("ip", "link", "set", "world", "up")
        self.wait_for_successes(self.HEALTHY)
        self.wait_for_down(0)
        after = Counters(self.exporter)
        for name in self.HEALTHY:
            self.assertEqual(after.failures(name), before.failures(name))

    # `llm_exporter probe` asks the same canaries.
    def probe_once(self):
        done = subprocess.run(
            [*self.ours.prefix, BINARY, "probe", f"--config.file={self.exporter.config}",
             "--format=json", "addressed/gpt-sim"], capture_output=True, text=True, env=ENV)
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result["class"], result["fault"]),
                         (1, "local_network", "network"), result)

    # A route that swallows packets: nothing is refused, answers just stop coming.
    def test_answers_are_lost_on_the_way(self):
        patient = dict(QUICK, first_token="3s", idle="3s", total="6s")
        providers = [provider("silent", self.plain.url), provider("stalling", self.plain.url)]
        for p in providers:
            p["probes"][0]["timeout"] = patient
        self.exporter = self.start_exporter({**self.config, "providers": providers})
        self.exporter.wait_for_metric("llm_exporter_probes_in_flight", 2)
        self.theirs.run("ip", "route", "add", "blackhole", OURS)
        try:
            after = self.wait_for_errors(dict.fromkeys(["silent", "stalling"], "local_network"), 1)
            for p in ("silent", "stalling"):
                self.assertEqual(after.failures(p), 0)
            for words in ("no token within 3 s; canaries fail too",
                          "not a byte for 3 s after the first token; canaries fail too"):
                self.exporter.wait_for_line(words)
            code, _ = self.exporter.stop()  # with probes in every state
            self.assertEqual(code, 0)
        finally:
            self.theirs.run("ip", "route", "del", "blackhole", OURS)
            del self.exporter  # the class's again

    def test_their_name_is_gone(self):
        self.names.write_text(NAMES.replace("provider.test", "elsewhere.test"))
        try:
            self.expect_their_fault({"named": "dns", "secure": "dns"})
        finally:
            self.names.write_text(NAMES)

    def test_their_server_is_gone(self):
        base = listening(THEIRS, script(fake("mortal")))
        mortal = self.start_simulator(base)
        port = mortal.url.rpartition(":")[2]
        self.exporter = self.start_exporter({**self.config, "providers": [
            provider("mortal", f"http://provider.test:{port}")]})
        self.wait_for_successes(["mortal"])
        mortal.stop()
        self.expect_their_fault({"mortal": "connect"})
        self.exporter.stop()
        del self.exporter


class WithoutCanaries(Waiting, unittest.TestCase):
    """Three providers on three addresses."""

    def test_all_gone_is_us_and_two_gone_is_them(self):
        fakes = {name: Simulator(self, Folder(self), script(fake(name))) for name in ("a", "b", "c")}
        config = {"providers": [provider(name, f.url) for name, f in fakes.items()]}
        self.exporter = Exporter(self, Folder(self), json.dumps(config), env=ENV)
        self.wait_for_successes(fakes)
        fakes["a"].stop()
        fakes["b"].stop()
        self.expect_their_fault({"a": "connect", "b": "connect"})
        self.assertEqual(Counters(self.exporter).failures("c"), 0)
        fakes["c"].stop()
        self.expect_counted_against_nobody(fakes)
        self.wait_for_down(1)
        self.assertEqual(Counters(self.exporter).failures("c"), 0)
        vantage = self.vantage()
        self.assertEqual(vantage["canaries"], [])
        self.assertIn("no other provider can be reached either", vantage["why"])
        self.assertEqual(select(self.exporter.metrics(), "llm_vantage_canary_success"), [])
        self.exporter.wait_for_line("our own network is down")


if __name__ == "__main__":
    unittest.main()
