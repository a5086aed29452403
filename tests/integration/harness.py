"""Starts the real programs on loopback and asks them what a user would ask.

Nothing here sleeps to let something happen: `wait_until` polls for the thing itself and fails with
what it last saw.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("LLM_EXPORTER", str(ROOT / "build" / "llm_exporter"))
PATIENCE_SECONDS = 60  # far beyond what anything here takes: only a broken program reaches it


def tool(name):
    """A program from PATH, or unpacked by the Makefile under build/tools."""
    found = shutil.which(name) or str(ROOT / "build" / "tools" / "usr" / "bin" / name)
    if not os.path.exists(found):
        if os.environ.get("CI"):
            raise AssertionError(f"{name} is missing, and CI skips nothing")
        raise unittest.SkipTest(f"{name} is not installed: run make test-deps")
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(what, check, patience=PATIENCE_SECONDS):
    """Polls `check` until it returns something true; gives that. `what` is for the failure."""
    deadline = time.monotonic() + patience
    last = None
    while time.monotonic() < deadline:
        try:
            last = check()
            if last:
                return last
        except (OSError, urllib.error.URLError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"waited {patience} s for {what}; last saw: {last!r}")


def http(url, method="GET", body=None, headers=None):
    """(status, headers, body as text), whatever the status."""
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode("utf-8", "replace")


class Here:
    """The machine's own network; namespaces.py has others."""
    prefix = []  # of a command line that is to run in it
    http = staticmethod(http)


class Process:
    """A program whose output is kept, and that is gone when the test ends."""

    def __init__(self, test, argv, env=None, cwd=None, network=Here):
        self.argv = [*network.prefix, *(str(a) for a in argv)]
        self.network = network
        base = {k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_TOKEN"))}
        base.update(env or {})
        self.popen = subprocess.Popen(
            self.argv, env=base, cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        test.addCleanup(self.close)

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def output(self):
        return "\n".join(self.lines)

    def wait_for_line(self, pattern):
        def look():
            for line in list(self.lines):
                match = re.search(pattern, line)
                if match:
                    return match
            if self.popen.poll() is not None:
                self.reader.join(5)
                if not any(re.search(pattern, line) for line in self.lines):
                    raise AssertionError(
                        f"{self.argv} ended with {self.popen.returncode}:\n{self.output()}")
            return None
        return wait_until(f"{pattern!r} from {self.argv[0]}", look)

    def stop(self, how=signal.SIGTERM):
        """Signals and gives (exit code, seconds it took)."""
        begun = time.monotonic()
        self.popen.send_signal(how)
        code = self.popen.wait(PATIENCE_SECONDS)
        self.reader.join(5)
        return code, time.monotonic() - begun

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        self.reader.join(5)
        self.popen.stdout.close()


class ClassCleanup:
    """In the place of a test, where all tests of a class share a program: it ends after the last."""

    def __init__(self, test_class):
        self.addCleanup = test_class.addClassCleanup


class Folder:
    """A temporary folder for one test."""

    def __init__(self, test):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="llm_exporter_test_"))
        test.addCleanup(shutil.rmtree, self.path, ignore_errors=True)

    def write(self, name, text):
        (self.path / name).write_text(text)
        return self.path / name


class Simulator(Process):
    """`llm_exporter simulate` on a port of its own."""

    def __init__(self, test, folder, script, network=Here):
        config = folder.write("simulator.yml", script)
        super().__init__(test, [BINARY, "simulate", f"--config.file={config}"], network=network)
        self.url = self.wait_for_line(r"simulator listening on (\S+)").group(1)

    def sent(self):
        return json.loads(http(f"{self.url}/_sim/sent")[2])

    def set_fault(self, provider, fault):
        status, _, body = self.network.http(
            f"{self.url}/_sim/providers/{provider}/fault", "PUT", fault)
        assert status in (200, 204), body

    def clear_fault(self, provider):
        status, _, body = self.network.http(
            f"{self.url}/_sim/providers/{provider}/fault", "DELETE")
        assert status in (200, 204), body


class Exporter(Process):
    """The exporter on a configuration, listening on a port of its own."""

    def __init__(self, test, folder, config, flags=(), env=None, name="llm_exporter.yml",
                 network=Here):
        self.folder = folder
        self.config = folder.path / name
        self.config.write_text(config)
        super().__init__(
            test, [BINARY, f"--config.file={self.config}", "--web.listen-address=127.0.0.1:0",
                   "--log.format=json", *flags], env=env, network=network)
        line = self.wait_for_line(r'"msg":\s*"listening".*"address":\s*"(?:http://)?([^"]+)"')
        self.url = f"http://{line.group(1)}"

    def get(self, path, **how):
        return self.network.http(self.url + path, **how)

    def metrics(self):
        return parse_metrics(self.get("/metrics")[2])

    def wait_for_metric(self, name, at_least=1, **labels):
        def look():
            values = select(self.metrics(), name, **labels)
            return values and all(v >= at_least for v in values) and self.metrics()
        return wait_until(f"{name}{labels} >= {at_least}", look)


class Prometheus(Process):
    """Debian's Prometheus, scraping given addresses every second, with labels and rule files of theirs.

    One that is started in the same folder again goes on with what the one before has stored.
    """

    def __init__(self, test, folder, targets, labels=None, rules=(), alertmanagers=()):
        port = free_port()
        hosts = [urllib.parse.urlparse(t).netloc for t in targets]
        peers = [urllib.parse.urlparse(a).netloc for a in alertmanagers]
        config = folder.write("prometheus.yml", json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(r) for r in rules],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": peers}]}]},
            "scrape_configs": [{"job_name": "llm", "static_configs": [
                {"targets": hosts, "labels": labels or {}}]}]}))
        super().__init__(test, [
            tool("prometheus"), f"--config.file={config}",
            f"--storage.tsdb.path={folder.path / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"])
        self.url = f"http://127.0.0.1:{port}"
        wait_until("Prometheus", lambda: http(f"{self.url}/-/ready")[0] == 200)

    def query(self, expression):
        """[(labels, value)] of an instant query."""
        url = f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        answer = json.loads(http(url)[2])
        assert answer["status"] == "success", answer
        return [(r["metric"], float(r["value"][1])) for r in answer["data"]["result"]]

    def wait_for(self, expression):
        """Waits until the query gives something."""
        return wait_until(expression, lambda: self.query(expression))


SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    """{(name, frozenset of labels): value}; fails on a line that is no sample or comment."""
    samples = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        if not match:
            raise AssertionError(f"not a sample: {line!r}")
        labels = frozenset(LABEL.findall(match.group(2) or ""))
        if (match.group(1), labels) in samples:
            raise AssertionError(f"twice: {line!r}")
        samples[match.group(1), labels] = float(match.group(3))
    return samples


def select(samples, name, **labels):
    wanted = set(labels.items())
    return [v for (n, have), v in samples.items() if n == name and wanted <= have]


def run_once(argv, env=None, cwd=None, stdin=None):
    """A program run to its end: (exit code, stdout, stderr)."""
    base = {k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_TOKEN"))}
    base.update(env or {})
    done = subprocess.run([str(a) for a in argv], env=base, cwd=cwd, input=stdin,
                          capture_output=True, timeout=PATIENCE_SECONDS)
    return (done.returncode, done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"))
