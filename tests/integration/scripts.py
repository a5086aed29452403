"""Scripts of the fake providers, and the configurations that probe them."""

import json

MODEL = "{name: gpt-sim, served: gpt-sim-2026-01-01, ttft: 20ms, tokens_per_second: 500, text: pong}"


def fake(name, dialect="openai-chat", **more):
    """A fake provider with one fast model; `more` goes into the script as JSON, which is YAML."""
    extra = "".join(f", {key}: {json.dumps(value)}" for key, value in more.items())
    return f"    - {{name: {name}, dialect: {dialect}, models: [{MODEL}]{extra}}}\n"


def script(*fakes):
    return ("simulator:\n  listen: 127.0.0.1:0\n  providers:\n" + "".join(fakes) +
            "providers:\n  - {name: unused, type: openai-compatible, base_url: 'http://127.0.0.1:9',"
            " probes: [{kind: models}]}\n")


HEALTHY = script(fake("healthy"), fake("claude", "anthropic-messages"),
                 fake("broken", faults=[{"fault": "server_error"}]))

# Each scripted fault, and the class that it must be counted in. The name is the provider's.
FAULTS = {
    "overloaded": "overloaded",
    "server_error": "server_error",
    "timeout": "timeout",
    "rate_limited": "rate_limited",
    "quota_exhausted": "quota_exhausted",
    "auth": "auth",
    "permission": "permission",
    "not_found": "not_found",
    "bad_request": "bad_request",
    "stall": "stalled",
    "no_first_token": "no_first_token",
    "truncate": "truncated",
    "error_in_stream": "stream_error",
    "garbage": "invalid_response",
    "wrong_content": "content_mismatch",
    "endless_stream": "too_slow",
    "redirect": "not_found",
    "hang_up_before_answer": "truncated",
}
EXCLUDED = {"rate_limited", "quota_exhausted", "auth", "permission", "not_found", "bad_request"}
# Faults after which the provider is up all the same.
HARMLESS = {"reasoning_only": "ok_empty"}

QUICK = {"connect": "2s", "first_token": "1s", "idle": "1s", "total": "3s"}


def provider_config(url, names, interval="1s", **probe):
    """An exporter configuration that probes the fakes `names` of the simulator at `url`."""
    providers = []
    for name in names:
        anthropic = name.startswith("claude")
        providers.append({
            "name": name, "type": "anthropic" if anthropic else "openai",
            "base_url": f"{url}/{name}/v1" if not anthropic else f"{url}/{name}/v1",
            "api_key": {"env": "SIM_KEY"},
            "probes": [{"kind": "stream", "models": ["gpt-sim"], "interval": interval, **probe}]})
    return json.dumps({"providers": providers})
