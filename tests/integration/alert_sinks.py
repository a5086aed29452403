"""Plays Slack, PagerDuty and OpsGenie on loopback, and keeps what they are sent."""

import http.server
import json
import re
import threading
import urllib.parse

TITLE = re.compile(r"\[(\w+)\] (.+): ([\w, ]+?)(?: \(seen from (\S+)\))?")


class Notification:
    """One message: where it came in, what its title says, and its JSON."""

    def __init__(self, sink, status, incident, title, body):
        self.sink = sink          # pagerduty, opsgenie, webhook, slack-critical, slack-warning, …
        self.status = status      # firing or resolved
        self.incident = incident  # what the service tells one incident from another by; Slack: None
        self.title = title
        self.body = body
        match = TITLE.fullmatch(title)
        assert match, f"not a title that a person could read: {title!r}"
        self.severity = match.group(1)  # or RESOLVED
        self.subject = match.group(2)
        self.alerts = frozenset(match.group(3).split(", "))

    def text(self):
        """All words that a person reads of it."""
        if self.sink.startswith("slack"):
            return self.body["attachments"][0]["text"]
        if self.sink == "pagerduty":
            return self.body["payload"]["custom_details"]["firing"]
        return self.body.get("description", "")

    def __repr__(self):
        return f"{self.sink} {self.status} {self.title}"


class Sinks:
    """Answers as the services do; `received` has what came, in order."""

    def __init__(self, test):
        self.received = []
        self.refused = []  # (path, body) of what no service would take
        self.lock = threading.Lock()
        self.titles = {}   # OpsGenie closes by alias alone
        sinks = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = sinks.take(self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        test.addCleanup(thread.join, 10)
        test.addCleanup(self.server.server_close)
        test.addCleanup(self.server.shutdown)

    def take(self, path, headers, body):
        where = urllib.parse.urlparse(path).path
        try:
            notification, status, answer = self._read(where, headers, json.loads(body))
        except (AssertionError, KeyError, ValueError) as error:
            with self.lock:
                self.refused.append((path, repr(error), body.decode("utf-8", "replace")))
            return 400, b"no"
        with self.lock:
            self.received.append(notification)
        return status, answer

    def _read(self, path, headers, body):
        if path.startswith("/slack/"):
            attachment = body["attachments"][0]
            status = "resolved" if attachment["title"].startswith("[RESOLVED]") else "firing"
            sink = "slack-" + path.removeprefix("/slack/")
            return Notification(sink, status, None, attachment["title"], body), 200, b"ok"
        if path == "/pagerduty/v2/enqueue":
            assert body["routing_key"] == "sink-pagerduty_routing_key", "routing key"
            status = {"trigger": "firing", "resolve": "resolved"}[body["event_action"]]
            title = body["payload"]["summary"]
            return (Notification("pagerduty", status, body["dedup_key"], title, body), 202,
                    b'{"status":"success","message":"Event processed"}')
        if path.startswith("/opsgenie/v2/alerts"):
            assert headers["Authorization"] == "GenieKey sink-opsgenie_api_key", "API key"
            accepted = b'{"result":"Request will be processed","took":0.1,"requestId":"r"}'
            closed = re.fullmatch("/opsgenie/v2/alerts/([^/]+)/close", path)
            if closed:
                alias = closed.group(1)
                title = "[RESOLVED] " + self.titles[alias].split("] ", 1)[1]
                return Notification("opsgenie", "resolved", alias, title, body), 202, accepted
            assert path == "/opsgenie/v2/alerts", path
            self.titles[body["alias"]] = body["message"]
            return (Notification("opsgenie", "firing", body["alias"], body["message"], body), 202,
                    accepted)
        if path == "/webhook":
            assert headers["Authorization"] == "Bearer sink-webhook_token", "token"
            names = sorted({a["labels"]["alertname"] for a in body["alerts"]
                            if a["status"] == body["status"]})
            labels = body["commonLabels"]
            title = (f"[{labels['severity'].upper()}] {labels.get('provider', labels['layer'])}: "
                     + ", ".join(names))
            return Notification("webhook", body["status"], body["groupKey"], title, body), 200, b""
        raise ValueError(f"no service has {path}")

    def all(self):
        with self.lock:
            assert not self.refused, self.refused
            return list(self.received)

    def select(self, sink=None, status=None, alert=None, subject=None):
        return [n for n in self.all()
                if (sink is None or n.sink == sink) and (status is None or n.status == status)
                and (alert is None or alert in n.alerts)
                and (subject is None or n.subject == subject)]
