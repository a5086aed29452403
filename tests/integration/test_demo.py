"""What `make demo` starts: everything is up, an incident is told, and Ctrl-C leaves nothing behind."""

import json
import os
import pathlib
import signal
import socket
import unittest

from harness import BINARY, ROOT, Folder, Process, free_port, http, tool, wait_until

PORTS = ("EXPORTER_PORT", "SIMULATOR_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT")


def children(pid):
    return [int(c) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for c in (task / "children").read_text().split()]


def runs(pid):
    """A process that is no zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Demo(unittest.TestCase):
    def setUp(self):
        self.data = Folder(self).path / "demo"
        self.ports = {name: str(free_port()) for name in PORTS}

    def start(self, **env):
        tools = os.path.dirname(tool("prometheus-alertmanager"))
        env = self.ports | {"PATH": f"{os.environ['PATH']}:{tools}"} | env
        return Process(self, [ROOT / "config" / "demo.py", BINARY, self.data], env=env)

    def url(self, name, path=""):
        return f"http://localhost:{self.ports[name]}{path}"

    def stop(self, demo, how):
        programs = children(demo.popen.pid)
        self.assertEqual(len(programs), 3)
        code, _ = demo.stop(how)
        self.assertEqual(code, 0, demo.output())
        self.assertEqual([pid for pid in programs if runs(pid)], [])
        self.assertFalse(self.data.exists())

    def test_an_incident_fires_and_is_told_and_ctrl_c_leaves_nothing(self):
        before = set(pathlib.Path("/tmp").glob("llm_exporter_demo*"))
        demo = self.start()
        for address in ("/metrics", "/classic/alerts", "/api/v2/alerts/groups"):
            url = demo.wait_for_line(rf"^  (http://localhost:\d+{address}) ").group(1)
            self.assertEqual(http(url)[0], 200, url)
        # The scenario's own outage comes after a minute; this one is the same, at once.
        http(self.url("SIMULATOR_PORT", "/_sim/providers/anthropic/fault"), "PUT",
             "fault: overloaded")
        demo.wait_for_line(r"PagerDuty trigger: .*anthropic: LLM")
        demo.wait_for_line(r"Slack, critical: .*anthropic: LLM")
        told = json.loads(http(self.url("ALERTMANAGER_PORT", "/api/v2/alerts"))[2])
        self.assertIn(("LLMProbeHardFailure", "anthropic/claude-sonnet-4-6"),
                      {(a["labels"]["alertname"], a["labels"].get("target")) for a in told})
        self.stop(demo, signal.SIGINT)
        self.assertEqual(set(pathlib.Path("/tmp").glob("llm_exporter_demo*")), before)

    def test_it_can_be_stopped_while_it_starts(self):
        demo = self.start()
        wait_until("three programs", lambda: len(children(demo.popen.pid)) == 3)
        self.stop(demo, signal.SIGTERM)

    def test_a_taken_port_is_named_with_the_remedy(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            demo = self.start(PROMETHEUS_PORT=str(port))
            demo.wait_for_line(rf"port {port} cannot be used .*make demo PROMETHEUS_PORT=")
            self.assertEqual(demo.popen.wait(), 1)
        self.assertFalse(self.data.exists())

    def test_a_program_that_ends_ends_the_demo_and_its_log_is_shown(self):
        demo = self.start()
        pids = wait_until("three programs", lambda: (
            found := children(demo.popen.pid)) and len(found) == 3 and found)
        exporter = next(p for p in pids if "demo.yml" in pathlib.Path(f"/proc/{p}/cmdline").read_text())
        wait_until("the exporter", lambda: http(self.url("EXPORTER_PORT", "/-/ready"))[0] == 200)
        os.kill(exporter, signal.SIGKILL)
        demo.wait_for_line("demo: llm_exporter ended with -9")
        self.assertEqual(demo.popen.wait(), 1)
        self.assertEqual([pid for pid in pids if runs(pid)], [])
        self.assertFalse(self.data.exists())


if __name__ == "__main__":
    unittest.main()
