"""A peer that repeats every credential it is sent, wherever an answer has room for one.

The first folder of a path says where: see MODES. The dialect is seen from the rest of the path. It
is a forward proxy that does the same, too.
"""

import base64
import http.server
import json
import re
import struct
import threading
import time
import urllib.parse
import zlib

MODES = (
    "whole",      # an HTTP error of the dialect, with the whole key in each of its members
    "parts",      # likewise with the head and the tail of the key
    "page",       # an error that is a web page
    "redirect",   # to an address with the key in it
    "text",       # the answer, its model, its ids
    "in_stream",  # an error inside a 200
    "broken",     # not HTTP
)


def credentials(handler, body):
    """What could be a secret among what was sent."""
    found = []
    for name, value in handler.headers.items():
        name = name.lower()
        if name == "authorization" and value.startswith("AWS4-"):
            found.append(re.search(r"Credential=([^/]+)/", value).group(1))
        elif name in ("authorization", "proxy-authorization"):
            scheme, _, key = value.partition(" ")
            found.append(key)
            if scheme == "Basic":
                found.append(base64.b64decode(key).decode().partition(":")[2])
        elif name.startswith("x-") and name not in ("x-amz-date", "x-amz-content-sha256") \
                or name == "api-key":
            found.append(value)
    found += urllib.parse.parse_qs(body).get("assertion", [])
    return found


def frame(kind, event, payload):
    """One message of AWS's event stream."""
    headers = b""
    for name, value in ((":message-type", kind), (f":{kind}-type", event),
                        (":content-type", "application/json")):
        headers += (bytes([len(name)]) + name.encode() + b"\7" + struct.pack(">H", len(value))
                    + value.encode())
    data = json.dumps(payload).encode()
    head = struct.pack(">II", 16 + len(headers) + len(data), len(headers))
    message = head + struct.pack(">I", zlib.crc32(head)) + headers + data
    return message + struct.pack(">I", zlib.crc32(message))


def sse(*events):
    out = ""
    for event in events:
        kind = event.get("type") if isinstance(event, dict) else None
        out += f"event: {kind}\n" if kind else ""
        out += f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n"
    return "text/event-stream", out.encode()


def error(key):
    """An error of all dialects at once."""
    return {"type": "error", "id": key, "message": f"bad key: {key}", "code": key, "__type": key,
            "request_id": key,
            "error": {"type": key, "code": key, "param": key, "status": key, "reason": key,
                      "message": f"Incorrect API key provided: {key}.",
                      "metadata": {"raw": key, "provider_name": key},
                      "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
                                   "reason": key, "metadata": {"consumer": key}}]}}


def stream(path, k):
    """An answer that says the key in two pieces, after a thought of it."""
    a, b = k[:len(k) // 2], k[len(k) // 2:]
    if path.endswith("/chat/completions"):
        chunk = lambda finish=None, **delta: {
            "id": k, "model": k, "system_fingerprint": k, "provider": k, "object": "x",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        return sse(chunk(reasoning_content=k), chunk(content=a), chunk(content=b),
                   chunk("stop"), "[DONE]")
    if path.endswith("/responses"):
        answer = {"id": k, "model": k, "status": "completed", "output": []}
        return sse({"type": "response.created", "response": answer},
                   {"type": "response.output_text.delta", "delta": a},
                   {"type": "response.output_text.delta", "delta": b},
                   {"type": "response.completed", "response": answer})
    if path.endswith("/messages"):
        text = lambda t: {"type": "content_block_delta", "index": 0,
                          "delta": {"type": "text_delta", "text": t}}
        return sse({"type": "message_start", "message": {"id": k, "model": k, "usage": {}}},
                   text(a), text(b),
                   {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
                   {"type": "message_stop"})
    if "GenerateContent" in path:
        piece = lambda t, **more: {"modelVersion": k, "responseId": k, "candidates": [
            {"content": {"parts": [{"text": t}]}, **more}]}
        return sse(piece(a), piece(b, finishReason="STOP"))
    if path.endswith("/v2/chat"):
        text = lambda t: {"type": "content-delta", "index": 0,
                          "delta": {"message": {"content": {"text": t}}}}
        return sse({"type": "message-start", "id": k}, text(a), text(b),
                   {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}})
    if path.endswith("/api/chat"):
        line = lambda t, done: json.dumps({
            "model": k, "created_at": k, "message": {"role": "assistant", "content": t},
            "done": done, "done_reason": "stop"}) + "\n"
        return "application/x-ndjson", (line(a, False) + line(b, True)).encode()
    if path.endswith("/converse-stream"):
        text = lambda t: frame("event", "contentBlockDelta", {"delta": {"text": t}})
        return "application/vnd.amazon.eventstream", (
            frame("event", "messageStart", {"role": "assistant"}) + text(a) + text(b)
            + frame("event", "messageStop", {"stopReason": "end_turn"})
            + frame("event", "metadata", {"usage": {}}))
    raise AssertionError(f"no dialect has {path}")


def whole(k):
    """An answer in one piece and a list of models, of all dialects at once."""
    return {"id": k, "model": k, "modelVersion": k, "object": "x", "status": "completed",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": k},
                         "finish_reason": "stop"}],
            "content": [{"type": "text", "text": k}], "stop_reason": "end_turn",
            "candidates": [{"content": {"parts": [{"text": k}]}, "finishReason": "STOP"}],
            "output": [{"type": "message", "content": [{"type": "output_text", "text": k}]}],
            "message": {"role": "assistant", "content": k}, "done": True, "done_reason": "stop",
            "inference": "warm", "inferenceProviderMapping": [{"provider": k, "status": "live"}],
            "data": [{"id": k}], "models": [{"name": k, "model": k}],
            "modelSummaries": [{"modelId": k}], "publisherModels": [{"name": k}]}


def error_in_stream(path, k):
    if path.endswith("/converse-stream"):
        return "application/vnd.amazon.eventstream", frame(
            "exception", "throttlingException", {"message": k})
    if path.endswith("/api/chat"):
        return "application/x-ndjson", json.dumps({"error": k}).encode() + b"\n"
    if path.endswith("/v2/chat"):
        return sse({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": k}})
    return sse(error(k))


def status_page(titles):
    return {"page": {"id": "p", "name": "p"},
            "status": {"indicator": "major", "description": titles},
            "components": [{"id": "c1", "name": titles, "status": "major_outage", "group": False}],
            "incidents": [{"id": "i", "name": titles, "status": "investigating", "impact": "major",
                           "components": [{"id": "c1", "name": titles}]}]}


def account_answer(path, k):
    """Spending and balances whose every text is the key."""
    bucket = {"model": k, "input_tokens": 5, "uncached_input_tokens": 5, "output_tokens": 5,
              "line_item": k, "amount": {"value": 1, "currency": "usd"}}
    now = time.time()
    today = {"start_time": int(now), "results": [bucket], "label": k,
             "starting_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))}
    return {"data": [today], "has_more": False,
            "is_available": True, "balance_infos": [{"currency": k, "total_balance": "1.00"}]}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.do_GET()

    def do_GET(self):
        try:
            self.repeat()
        except ConnectionError:
            pass  # the exporter has heard enough

    def repeat(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = body.decode("utf-8", "replace")
        path = urllib.parse.unquote(urllib.parse.urlparse(self.path).path)
        sent = credentials(self, body)
        with self.server.lock:
            self.server.sent.update(sent)
            self.server.paths.append(path)
        mode = path.split("/")[1]
        k = " ".join(sent)
        if mode == "parts":
            k = " ".join(f"{s[:8]}...{s[-6:]} {s[:8]} {s[-6:]}" for s in sent)
        if mode == "status":
            return self.reply(200, "application/json", json.dumps(status_page(self.server.title)))
        if mode == "token":
            return self.token(path, sent)
        if "/organization" in path or path.endswith(("/key", "/credits", "/user/balance")):
            if mode == "text":
                return self.reply(200, "application/json", json.dumps(account_answer(path, k)), k)
        if mode in ("whole", "parts"):
            refusal = {"error": k} if path.endswith(("/api/chat", "/api/tags")) else error(k)
            return self.reply(401, "application/json", json.dumps(refusal), k)
        if mode == "page":
            return self.reply(503, "text/html", f"<html><title>{k}</title>{k}</html>", k)
        if mode == "redirect":
            return self.reply(307, "text/plain", k, k,
                              Location=f"http://{sent[0] if sent else 'x'}.example/{k}?key={k}")
        if mode == "broken":
            return self.wfile.write(f"{k}\r\n{k}: {k}\r\n\r\n".encode("latin-1", "replace"))
        streams = '"stream":true' in body.replace(" ", "") or "stream" in path.split("/")[-1]
        if mode == "in_stream" and streams:
            return self.reply(200, *error_in_stream(path, k), k)
        if streams or path.endswith("/api/chat") and '"stream":false' not in body.replace(" ", ""):
            return self.reply(200, *stream(path, k), k)
        return self.reply(200, "application/json", json.dumps(whole(k)), k)

    def token(self, path, sent):
        """Google's token endpoint: refuses with what it was sent, or hands out a token."""
        if path.endswith("/refuse"):
            refusal = {"error": "invalid_grant", "error_description": f"not good: {' '.join(sent)}"}
            return self.reply(400, "application/json", json.dumps(refusal))
        return self.reply(200, "application/json", json.dumps({
            "access_token": self.server.access_token, "expires_in": 3599, "token_type": "Bearer"}))

    def reply(self, status, kind, body, k="", **headers):
        data = body if isinstance(body, bytes) else body.encode()
        k = k.replace("\n", " ")
        self.send_response(status, k or None)
        for name in ("x-request-id", "request-id", "apim-request-id", "x-amzn-requestid",
                     "x-debug-trace-id", "x-generation-id", "x-error-code", "x-amzn-errortype",
                     "x-inference-provider", "retry-after", "x-ratelimit-limit-requests",
                     "x-ratelimit-reset-tokens", "server-timing", "etag", "www-authenticate"):
            if k:
                self.send_header(name, k)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class EchoServer:
    def __init__(self, access_token=""):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.lock = threading.Lock()
        self.server.sent = set()
        self.server.paths = []
        self.server.title = "All is well"
        self.server.access_token = access_token
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def sent(self):
        with self.server.lock:
            return set(self.server.sent)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)
