#!/usr/bin/env python3
"""Do the rule tests bite? Each rule of alerts/ is broken in every way below, one at a time, and some
test of tests/rules/ must fail for each: mutants.py PROMTOOL [NAME…]

For speed a mutant meets only the test groups that ask for its rule, or for one that reads it, and
these meet only the rules that they need.
"""
import concurrent.futures
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).parent
ALERTS = HERE.parent.parent / "alerts"
CORES = 2

# A number that is none of: part of a name, a duration, a text.
NUMBER = re.compile(r"(?<![\w.:\[])\d+(?:\.\d+)?(?![\w.:\]])")
DURATION = re.compile(r"(?<=\[|\s)(\d+)([smhd])\b")
TEXT = re.compile(r'"[^"]*"')
SET_OPERATOR = re.compile(r"\s*(and|or|unless)\b")


class Rule:
    def __init__(self, group, fields):
        self.group, self.fields = group, fields
        self.name = fields.get("alert") or fields["record"]
        severity = fields.get("labels", {}).get("severity")
        self.title = f"{self.name} ({severity})" if severity else self.name


def load_rules():
    documents = [yaml.safe_load(path.read_text()) for path in sorted(ALERTS.glob("*.rules.yml"))]
    groups = itertools.chain.from_iterable(d["groups"] for d in documents)
    return [Rule(group["name"], fields) for group in groups for fields in group["rules"]]


class TestLoader(yaml.SafeLoader):
    """Series like 0x40 are no hexadecimal numbers."""


def decimal(loader, node):
    return node.value if "x" in node.value else loader.construct_yaml_int(node)


TestLoader.add_constructor("tag:yaml.org,2002:int", decimal)


def load_tests():
    """Each test group by itself, with the head of its file."""
    for path in sorted(HERE.glob("*.test.yml")):
        head = yaml.load(path.read_text(), TestLoader)
        for group in head.pop("tests"):
            yield head, group


def names(text, name):
    return re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", text)


def moved(number):
    """The number a little higher and a little lower: by one if it is small and whole."""
    value = float(number)
    step = 1 if value.is_integer() and value < 100 else value / 10
    return [f"{value + step:.10g}", f"{value - step:.10g}"]


def with_number_moved(expr):
    texts = [m.span() for m in TEXT.finditer(expr)]
    for number in NUMBER.finditer(expr):
        if any(start <= number.start() < end for start, end in texts):
            continue
        for value in moved(number.group()):
            changed = expr[:number.start()] + value + expr[number.end():]
            yield f"{number.group()} -> {value}", changed


def with_duration_doubled(expr):
    for match in DURATION.finditer(expr):
        twice = f"{2 * int(match.group(1))}{match.group(2)}"
        yield f"{match.group()} -> {twice}", expr[:match.start()] + twice + expr[match.end():]


def without_clause(expr):
    """The rules are indented so that what a set operator joins is deeper, or in parentheses."""
    lines = expr.splitlines()
    depth = [len(line) - len(line.lstrip()) for line in lines]
    for i, line in enumerate(lines):
        if not SET_OPERATOR.match(line):
            continue

        in_parentheses = lines[i + 1].strip() == "("
        end = i + 1
        while end < len(lines) and depth[end] >= depth[i]:
            ends = SET_OPERATOR.match(lines[end]) or lines[end].strip() == ")" and not in_parentheses
            if depth[end] == depth[i] and ends:
                break
            end += 1
        clause = " ".join(" ".join(lines[i:end]).split())
        yield f"without '{clause[:60]}'", "\n".join(lines[:i] + lines[end:])


def without_alternative(expr):
    for match in re.finditer(r'=~"([^"]*\|[^"]*)"', expr):
        for alternative in match.group(1).split("|"):
            rest = "|".join(a for a in match.group(1).split("|") if a != alternative)
            yield f"without {alternative}", expr[:match.start(1)] + rest + expr[match.end(1):]


def mutants(rule):
    """What is changed, and the fields of the rule with it."""
    fields, expr = rule.fields, rule.fields["expr"]
    yield "never", {**fields, "expr": "vector(0) == 1"}
    by_expr = [with_number_moved, with_duration_doubled, without_clause, without_alternative]
    for change, changed in itertools.chain.from_iterable(mutate(expr) for mutate in by_expr):
        yield change, {**fields, "expr": changed}
    if "without (instance, " in expr:
        yield "instance kept", {**fields, "expr": expr.replace("(instance, ", "(")}
    if "record" in fields and not rule.name.startswith("threshold:"):
        yield "a tenth more", {**fields, "expr": f"1.1 * (\n{expr}\n)"}
    for field in ("for", "keep_firing_for"):
        if field in fields:
            yield f"without {field}", {k: v for k, v in fields.items() if k != field}
    for label in fields.get("labels", {}):
        yield f"another {label}", {**fields, "labels": {**fields["labels"], label: "other"}}


def rule_file(rules):
    groups = {}
    for group, fields in rules:
        groups.setdefault(group, {"name": group, "rules": []})["rules"].append(fields)
    return json.dumps({"groups": list(groups.values())})


def seconds(duration):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    return sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([smhd])", duration))


class Test:
    """One test group, with the head of its file and the rules that its answers depend on."""

    def __init__(self, head, group, rules):
        self.head, self.group = head, group
        checks = group.get("alert_rule_test", []) + group.get("promql_expr_test", [])
        self.asks = " ".join(c.get("expr", c.get("alertname")) for c in checks)
        everything = "__name__" in self.asks or any(
            "ALERTS" in c.get("expr", "") and "alertname" not in c["expr"] for c in checks)
        self.rules = rules if everything else self.needed(rules)
        evaluations = max(seconds(c["eval_time"]) for c in checks) / seconds(
            head["evaluation_interval"])
        self.cost = (evaluations + 10) * len(self.rules)

    def needed(self, rules):
        text, needed = self.asks, []
        while more := [r for r in rules if r not in needed and names(text, r.name)]:
            needed += more
            text = " ".join(r.fields["expr"] for r in more)
        return [r for r in rules if r in needed]


class Bench:
    def __init__(self, promtool, folder):
        self.promtool, self.folder = promtool, pathlib.Path(folder)
        self.rules = load_rules()
        self.tests = [Test(head, group, self.rules) for head, group in load_tests()]
        self.numbers = itertools.count()

    def concerned(self, rule):
        """Tests that ask for the rule, the cheapest first, then those of rules that read it."""
        direct = [t for t in self.tests if names(t.asks, rule.name)]
        others = [t for t in self.tests if rule in t.rules and t not in direct]
        return sorted(direct, key=lambda t: t.cost) + sorted(others, key=lambda t: t.cost)

    def passes(self, test, rule=None, fields=None):
        """Whether the test passes, with these fields in place of the rule's."""
        number = next(self.numbers)
        rules_path = self.folder / f"{number}.rules.yml"
        test_path = self.folder / f"{number}.test.yml"
        rules_path.write_text(rule_file(
            (r.group, fields if r is rule else r.fields) for r in test.rules))
        order = [g for g in test.head["group_eval_order"] if any(r.group == g for r in test.rules)]
        test_path.write_text(json.dumps({
            **test.head, "rule_files": [str(rules_path)], "group_eval_order": order,
            "tests": [test.group]}))
        run = subprocess.run([self.promtool, "test", "rules", str(test_path)], capture_output=True)
        rules_path.unlink()
        test_path.unlink()
        return run.returncode == 0

    def survives(self, rule, fields):
        return all(self.passes(test, rule, fields) for test in self.concerned(rule))

    def check(self, broken):
        """A mutant that does not parse would fail every test: all are checked at once."""
        path = self.folder / "all.rules.yml"
        path.write_text(rule_file((str(i), fields) for i, (_, _, fields) in enumerate(broken)))
        subprocess.run([self.promtool, "check", "rules", "--lint=none", str(path)], check=True,
                       stdout=subprocess.DEVNULL)


def main():
    promtool, wanted = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        bench = Bench(promtool, folder)
        rules = [r for r in bench.rules if not wanted or r.name in wanted]
        broken = [(rule, change, fields) for rule in rules for change, fields in mutants(rule)]
        bench.check(broken)
        # A rule that is not changed must pass, or a mutant's failure means nothing.
        for test, passed in zip(bench.tests, pool.map(bench.passes, bench.tests)):
            if not passed:
                sys.exit(f"a test fails as it is: {test.group['name']}")
        survived = list(pool.map(lambda job: bench.survives(job[0], job[2]), broken))
    for (rule, change, _), alive in zip(broken, survived):
        if alive:
            print(f"{rule.title}: {change}: no test fails")
    print(f"{len(broken) - sum(survived)} of {len(broken)} mutants killed")
    sys.exit(1 if any(survived) else 0)


if __name__ == "__main__":
    main()
