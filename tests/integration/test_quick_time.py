"""Only durations are changed, and all of them."""

import re
import unittest

from alertmanager import ALERTS
from quick_time import DURATION, quicker

ROWS = [
    ("        for: 5m", "        for: 10000ms"),
    ("        keep_firing_for: 1h30m  # why", "        keep_firing_for: 180000ms  # why"),
    ("    interval: 1m", "    interval: 2000ms"),
    ("      group_wait: 15s            # so long", "      group_wait: 500ms            # so long"),
    ("      - for: 30s", "      - for: 1000ms"),
    ("expr: sum(increase(a_total[5m])) > 3 * 86400", "expr: sum(increase(a_total[10000ms])) > 3 * 86400"),
    ("                }[5m]", "                }[10000ms]"),
    ("max_over_time(x[1h:5m] offset 10m)", "max_over_time(x[120000ms:10000ms] offset 20000ms)"),
    ("vantage_target:x:increase5m >= 3", "vantage_target:x:increase5m >= 3"),
    ("p50_avg1d_offset1h / increase1h offset 30m", "p50_avg1d_offset1h / increase1h offset 60000ms"),
    ("            failed in the last 15 minutes.", "            failed in the last 15 minutes."),
    ("  # at 15s in 5m", "  # at 15s in 5m"),
    ("  expr: vector(0.95)", "  expr: vector(0.95)"),
    ("for: 0s", "for: 0ms"),
]
REFUSED = ["      timeout: 5m", "sum(x) > 5m", "  for: 7ms", "description: within 5m of it"]


class QuickTime(unittest.TestCase):
    def test_rows(self):
        for line, wanted in ROWS:
            with self.subTest(line):
                self.assertEqual(quicker(line, 30), wanted)

    def test_what_is_not_understood_is_refused(self):
        for line in REFUSED:
            with self.subTest(line), self.assertRaises(ValueError):
                quicker(line, 30)

    def test_the_shipped_files_differ_in_durations_alone(self):
        for name in ("recording.rules.yml", "alerting.rules.yml", "alertmanager.yml"):
            with self.subTest(name):
                shipped = (ALERTS / name).read_text()
                quick = quicker(shipped, 30)
                self.assertNotEqual(shipped, quick)
                without = [re.sub(rf"\b{DURATION}\b", "_", text) for text in (shipped, quick)]
                self.assertEqual(*without)


if __name__ == "__main__":
    unittest.main()
