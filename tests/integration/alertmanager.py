"""The shipped Alertmanager configuration, run with its services played by sinks."""

import json
import pathlib
import re
import shutil

from harness import ROOT, Process, free_port, http, tool, wait_until

ALERTS = ROOT / "alerts"
SECRETS = ("slack_critical_url", "slack_warning_url", "slack_info_url", "pagerduty_routing_key",
           "opsgenie_api_key", "webhook_token")


def shipped():
    return (ALERTS / "alertmanager.yml").read_text()


def with_alternatives(text):
    """The configuration with its commented receivers, OpsGenie and the webhook, switched on."""
    lines, block, found = [], False, 0
    for line in text.splitlines():
        match = re.fullmatch(r"( *)# (.*)", line)
        if match and re.fullmatch(r"\w+_configs:", match.group(2)):
            block, found = True, found + 1
        elif not match or not match.group(2).startswith(" "):
            block = False
        lines.append(match.group(1) + match.group(2) if block else line)
    assert found == 2, f"{found} commented receivers, not OpsGenie and the webhook"
    return "\n".join(lines) + "\n"


def pointed_at_sinks(text, sinks_url, secrets):
    """The configuration with its services' addresses and the folder of its secrets replaced."""
    assert "global:" not in text
    text, webhooks = re.subn(r"(- url: )http://127\.0\.0\.1:8080/alerts", rf"\1{sinks_url}/webhook", text)
    assert webhooks == 1 and "/run/secrets/" in text
    return (f"global: {{pagerduty_url: {sinks_url}/pagerduty/v2/enqueue, "
            f"opsgenie_api_url: {sinks_url}/opsgenie/}}\n" +
            text.replace("/run/secrets/", f"{secrets}/"))


class Alertmanager(Process):
    """Debian's Alertmanager on the shipped configuration, after `change`, with every service a sink."""

    def __init__(self, test, folder, sinks, change=lambda text: text):
        secrets = folder.path / "secrets"
        secrets.mkdir()
        for name in SECRETS:
            slack = re.fullmatch("slack_(.*)_url", name)
            value = f"{sinks.url}/slack/{slack.group(1)}" if slack else f"sink-{name}"
            (secrets / name).write_text(value)
        shutil.copytree(ALERTS / "templates", folder.path / "templates")
        config = folder.write("alertmanager.yml", pointed_at_sinks(
            change(with_alternatives(shipped())), sinks.url, secrets))
        port = free_port()
        program = pathlib.Path(tool("prometheus-alertmanager"))
        super().__init__(test, [
            program, f"--config.file={config}",
            f"--storage.path={folder.path / 'alertmanager'}", "--cluster.listen-address=",
            f"--web.listen-address=127.0.0.1:{port}",
            "--web.external-url=http://alertmanager.example"],
            cwd=program.parents[2])  # see unpack_monitoring in the Makefile
        self.url = f"http://127.0.0.1:{port}"
        self.api = f"{self.url}/api/v2"
        wait_until("Alertmanager", lambda: http(f"{self.url}/-/ready")[0] == 200)

    def post(self, alerts):
        """Alerts as Prometheus sends them."""
        status, _, body = http(f"{self.api}/alerts", "POST", json.dumps(alerts),
                               {"Content-Type": "application/json"})
        assert status == 200, body

    def alerts(self):
        return json.loads(http(f"{self.api}/alerts")[2])
