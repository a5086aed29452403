"""The shipped rules and routes on a clock that runs faster: five minutes take ten seconds.

Every duration is divided by the same number and nothing else is changed, so that what is tested is
what is shipped. Anything that looks like a duration in a place that is not known is refused.
"""

import re

DURATION = r"(?:\d+(?:ms|[smhdwy]))+"
UNIT = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
        "y": 31_536_000_000}
KEYS = "for|keep_firing_for|interval|group_wait|group_interval|repeat_interval|resolve_timeout"
# A YAML value, a range of PromQL with or without a step, an offset.
PLACES = re.compile(rf"(?<=: )(?P<value>{DURATION})(?=\s*(?:#.*)?$)"
                    rf"|(?<=[\[:])(?P<range>{DURATION})(?=[\]:])"
                    rf"|(?<=\boffset )(?P<offset>{DURATION})\b")
LOOSE = re.compile(rf"(?<![\w.]){DURATION}(?!\w)")


def milliseconds(duration):
    return sum(int(n) * UNIT[unit] for n, unit in re.findall(r"(\d+)(ms|[smhdwy])", duration))


def quicker(text, factor):
    """The text of rules or of an Alertmanager configuration with its durations divided by `factor`."""
    return "\n".join(_line(number, line, factor)
                     for number, line in enumerate(text.split("\n"), start=1))


def _line(number, line, factor):
    if line.lstrip().startswith("#"):
        return line

    def divided(match):
        if match["value"] and not re.fullmatch(rf"[\s-]*(?:{KEYS}): ", line[:match.start()]):
            raise ValueError(f"line {number}: what is this duration? {line.strip()}")
        whole = milliseconds(match[0])
        if whole % factor:
            raise ValueError(f"line {number}: {match[0]} / {factor} is no whole millisecond")
        return f"{whole // factor}ms"

    loose = LOOSE.search(PLACES.sub("", line).split(" #")[0])
    if loose:
        raise ValueError(f"line {number}: what is this duration? {line.strip()}")
    return PLACES.sub(divided, line)
