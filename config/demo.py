#!/usr/bin/env python3
"""`make demo`: the exporter on its fake providers, and Debian's Prometheus and Alertmanager on the
configuration that this repository ships, until Ctrl-C. What Slack and PagerDuty would have been told
is printed here: nothing leaves the machine.

    demo.py LLM_EXPORTER DATA_FOLDER     the folder is made, and removed at the end

Ports come from the environment: EXPORTER_PORT, SIMULATOR_PORT, PROMETHEUS_PORT, ALERTMANAGER_PORT.
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
PORTS = {"EXPORTER_PORT": 9877, "SIMULATOR_PORT": 9878, "PROMETHEUS_PORT": 9090,
         "ALERTMANAGER_PORT": 9093}
START_SECONDS = 60  # the slowest step is the first scrape, up to 15 s away
STOP_SECONDS = 10   # then a program is killed
MAX_NOTIFICATION_BYTES = 1 << 20


class Failed(Exception):
    """What keeps the demo from running, and the remedy."""


def read_ports():
    ports = {}
    for name, default in PORTS.items():
        text = os.environ.get(name) or str(default)
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Failed(f"{name}={text}: want a port, such as {default}")
        ports[name] = int(text)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", ports[name]))
                probe.listen()
            except OSError as error:
                raise Failed(f"port {text} cannot be used ({error.strerror}): stop what listens "
                             f"there, or choose another: make demo {name}={int(text) % 65535 + 1}")
    return ports


def summary(path, message):
    """One line of a notification: who is told, how loud, what."""
    if path == "/pagerduty":
        return f"PagerDuty {message['event_action']}: {message['payload']['summary']}"
    channel = path.removeprefix("/slack_").removesuffix("_url")
    return f"Slack, {channel}: {message['attachments'][0]['title']}"


class Notifications(http.server.BaseHTTPRequestHandler):
    """Plays Slack and PagerDuty."""

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(min(length, MAX_NOTIFICATION_BYTES))
        try:
            text = summary(self.path, json.loads(body))
        except (ValueError, LookupError, TypeError):
            text = f"a notification for {self.path} that is not understood"
        say(f"{time.strftime('%H:%M:%S')}  {text}")
        answer = b"ok"
        self.send_response(202 if self.path == "/pagerduty" else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def say(text=""):
    print(text, flush=True)


def derive(source, target, replacements):
    """A shipped file with what only this run knows. What is to be replaced must be there."""
    text = source.read_text()
    for old, new in replacements.items():
        if old not in text:
            raise Failed(f"{source}: there is no {old!r}, which {pathlib.Path(__file__).name} replaces")
        text = text.replace(old, new)
    target.write_text(text)


def write_configuration(data, ports, notifications):
    """The shipped files, with this machine's addresses, in `data`."""
    config, alerts = ROOT / "config", ROOT / "alerts"
    for name in ("demo.key", "model_prices.json"):
        shutil.copy(config / name, data)
    derive(config / "demo.yml", data / "demo.yml", {
        "127.0.0.1:9878": f"127.0.0.1:{ports['SIMULATOR_PORT']}",
        "/tmp/llm_exporter_demo_budget.json": "budget.json"})
    derive(config / "prometheus.yml", data / "prometheus.yml", {
        "../alerts/": f"{alerts}/",
        "llm-exporter:9877": f"localhost:{ports['EXPORTER_PORT']}",
        "alertmanager:9093": f"localhost:{ports['ALERTMANAGER_PORT']}"})
    secrets = data / "secrets"
    secrets.mkdir()
    for name in re.findall(r"/run/secrets/(\w+)", (alerts / "alertmanager.yml").read_text()):
        (secrets / name).write_text(f"{notifications}/{name}" if name.endswith("_url") else "demo")
    derive(alerts / "alertmanager.yml", data / "alertmanager.yml", {
        "/run/secrets": str(secrets),
        "templates/*.tmpl": f"{alerts}/templates/*.tmpl",
        "\nroute:\n": f"\nglobal: {{pagerduty_url: '{notifications}/pagerduty'}}\n\nroute:\n"})


class Demo:
    def __init__(self, exporter, data):
        self.exporter, self.data = exporter, data
        self.stopping = threading.Event()
        self.programs = {}

    def start(self, name, program, *arguments):
        path = shutil.which(program)
        if path is None:
            raise Failed(f"{program} is not on the PATH: start the demo with `make demo`")
        path = pathlib.Path(path).absolute()
        with open(self.data / f"{name}.log", "wb") as log:
            # In a session of its own: Ctrl-C is for this process, which stops the others. In the
            # folder above usr/bin: see unpack_monitoring in the Makefile.
            self.programs[name] = subprocess.Popen(
                [path, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd=path.parents[2] if path.parent.name == "bin" else None)

    def start_all(self, ports):
        data = self.data
        self.start("llm_exporter", self.exporter, f"--config.file={data}/demo.yml",
                   f"--web.listen-address=:{ports['EXPORTER_PORT']}")
        self.start("alertmanager", "prometheus-alertmanager",
                   f"--config.file={data}/alertmanager.yml", f"--storage.path={data}/alertmanager",
                   f"--web.listen-address=127.0.0.1:{ports['ALERTMANAGER_PORT']}",
                   "--cluster.listen-address=")
        self.start("prometheus", "prometheus", f"--config.file={data}/prometheus.yml",
                   f"--storage.tsdb.path={data}/prometheus",
                   f"--web.listen-address=127.0.0.1:{ports['PROMETHEUS_PORT']}",
                   f"--web.external-url=http://localhost:{ports['PROMETHEUS_PORT']}/")

    def fail_if_one_ended(self):
        for name, program in self.programs.items():
            if program.poll() is not None:
                log = (self.data / f"{name}.log").read_text(errors="replace").splitlines()
                raise Failed("\n".join([f"{name} ended with {program.returncode}:", *log[-20:]]))

    def wait_for(self, what, check):
        say(f"waiting for {what} …")
        deadline = time.monotonic() + START_SECONDS
        while not self.stopping.wait(0.1):
            self.fail_if_one_ended()
            try:
                if check():
                    return
            except (OSError, ValueError):
                pass  # not yet
            if time.monotonic() > deadline:
                raise Failed(f"no {what} within {START_SECONDS} s; the logs are {self.data}/*.log")

    def run(self, ports):
        self.start_all(ports)
        exporter, prometheus, alertmanager = (
            f"http://localhost:{ports[p]}"
            for p in ("EXPORTER_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT"))
        self.wait_for("the exporter", lambda: get(f"{exporter}/-/ready"))
        self.wait_for("Alertmanager", lambda: get(f"{alertmanager}/-/ready"))
        scraped = urllib.parse.urlencode({"query": 'up{job="llm"} == 1'})
        self.wait_for("Prometheus and its first scrape of the exporter, at most 15 s", lambda:
                      json.loads(get(f"{prometheus}/api/v1/query?{scraped}"))["data"]["result"])
        if not self.stopping.is_set():
            say(WELCOME.format(exporter=exporter, alerts=alerts_page(prometheus),
                               alertmanager=alertmanager, data=self.data))
        while not self.stopping.wait(0.5):
            self.fail_if_one_ended()

    def stop(self):
        for program in self.programs.values():
            program.terminate()
        for program in self.programs.values():
            try:
                program.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


WELCOME = """
Fake providers are being probed. Look at (Ctrl-C stops):
  {exporter}/                       what is up, what is not, and why
  {exporter}/metrics                what Prometheus scrapes
  {alerts}         which alerts are pending and firing
  {alertmanager}/api/v2/alerts/groups   how Alertmanager groups and inhibits them

A minute after the start the provider `flaky` answers 503 for a minute, then every four minutes:
LLMProbeHardFailure, LLMProviderUnavailable and LLMProviderOutage fire half a minute into it.
The programs' logs are {data}/*.log. What Slack and PagerDuty would be told:
"""


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read()


def alerts_page(prometheus):
    """Debian's Prometheus has only the older pages, others have only the newer ones."""
    try:
        get(f"{prometheus}/classic/alerts")
        return f"{prometheus}/classic/alerts"
    except OSError:
        return f"{prometheus}/alerts"


def main():
    exporter, data = sys.argv[1], pathlib.Path(sys.argv[2]).absolute()
    demo = Demo(exporter, data)
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, lambda *_: demo.stopping.set())
    try:
        ports = read_ports()
        shutil.rmtree(data, ignore_errors=True)  # of a demo that was killed
        data.mkdir(parents=True)
    except (Failed, OSError) as error:
        sys.exit(f"demo: {error}")
    sink = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notifications)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    try:
        write_configuration(data, ports, f"http://127.0.0.1:{sink.server_address[1]}")
        demo.run(ports)
    except (Failed, OSError) as error:
        sys.exit(f"demo: {error}")
    finally:
        demo.stop()
        sink.shutdown()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
