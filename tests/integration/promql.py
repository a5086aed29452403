"""Which series a PromQL expression reads. Enough of a parser for that, and no more."""

import re
from collections import namedtuple

# matchers: {label: (operator, value)}; window: what stands in […], or ""; function: the call that
# the selector is the argument of, or "".
Selector = namedtuple("Selector", "name matchers window function")

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[a-zA-Z_:$][\w:$]*|[\d.]+\w*|=~|!~|!=|==|>=|<=|\S')
NAME = re.compile(r"[a-zA-Z_:][\w:]*$")
OPERATORS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
LABEL_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}


def selectors(expression):
    """Every series selector of an expression, in its order."""
    tokens = TOKEN.findall(re.sub(r"#[^\n]*", "", expression))
    found, calls, i = [], [], 0
    while i < len(tokens):
        token, following = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else ""
        if token in LABEL_LISTS and following == "(":
            i = tokens.index(")", i)
        elif token == "(":
            before = tokens[i - 1] if i else ""
            calls.append(before if NAME.match(before) and before not in OPERATORS else "")
        elif token == ")":
            calls.pop()
        elif token == "{" or (NAME.match(token) and following not in {"(", "by", "without"} and
                              token.lower() not in OPERATORS | LABEL_LISTS):
            name = "" if token == "{" else token
            matchers, window = {}, ""
            i += 1 if name else 0
            if tokens[i:i + 1] == ["{"]:
                end = tokens.index("}", i)
                for at in range(i + 1, end, 4):  # label, operator, value, comma
                    matchers[tokens[at]] = (tokens[at + 1], tokens[at + 2][1:-1])
                i = end + 1
            if tokens[i:i + 1] == ["["]:
                end = tokens.index("]", i)
                window = "".join(tokens[i + 1:end])
                i = end + 1
            found.append(Selector(name, matchers, window, calls[-1] if calls else ""))
            continue
        i += 1
    return found


def metric_names(expression):
    return {s.name for s in selectors(expression) if s.name}
