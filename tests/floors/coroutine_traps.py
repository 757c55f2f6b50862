#!/usr/bin/env python3
"""Finds the coroutine forms that GCC 12 miscompiles.

A co_await inside the condition of if, while, for or do-while shifts the coroutine's frame by eight bytes: the handle
then points beside it, and the coroutine runs on other people's memory. The awaited value is named first instead:

    const auto waited = co_await gate.wait();
    if (!waited) co_return;

The same goes for the branches of `?:`, whose results are destroyed twice. An init-statement (`if (auto x = co_await f(); !x)`) is compiled correctly and allowed.
"""
import re
import sys
from pathlib import Path

KEYWORD = re.compile(r"\b(if|while|for|switch)\s*(constexpr\s*)?\(")


BRANCH = re.compile(r"(\?|[^:?]:)\s*\(?co_await\b")


def condition_after(text, start):
    """The text between the parenthesis that opens at `start` and its partner."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return text[start + 1 : at]
    return text[start + 1 :]


def without_comments(text):
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", blank, text, flags=re.DOTALL)


def traps_in(text):
    text = without_comments(text)
    for keyword in KEYWORD.finditer(text):
        condition = condition_after(text, keyword.end() - 1)
        last_part = condition.split(";")[-1] if keyword.group(1) != "for" else condition
        if re.search(r"\bco_await\b", last_part):
            yield text.count("\n", 0, keyword.start()) + 1
    for branch in BRANCH.finditer(text):
        before = text[max(text.rfind(mark, 0, branch.start()) for mark in ";{}") + 1 : branch.end()]
        if "?" in before:
            yield text.count("\n", 0, branch.end()) + 1


def main(root):
    found = 0
    for folder in ("src", "bench", "fuzz", "tests"):
        for path in sorted(Path(root, folder).rglob("*.[ch]pp")):
            for line in traps_in(path.read_text(encoding="utf-8")):
                print(f"{path}:{line}: co_await in a condition or in a branch of ?: ; name the awaited value first (GCC 12 miscompiles this)")
                found += 1
    return 1 if found else 0


def self_test():
    assert list(traps_in("if (!co_await f()) return;")) == [1]
    assert list(traps_in("\nwhile (a &&\n  !co_await b()) {}")) == [2]
    assert list(traps_in("do x(); while (co_await f());")) == [1]
    assert list(traps_in("x = a ? co_await b() : c;")) == [1]
    assert list(traps_in("x = a ? b\n  : co_await c();")) == [2]
    assert not list(traps_in("switch (x) { case 1: co_await f(); }"))
    assert not list(traps_in("if (auto x = co_await f(); !x) return;"))
    assert not list(traps_in("// if (co_await f())\nif (x) co_await f();"))


if __name__ == "__main__":
    self_test()
    sys.exit(main(sys.argv[1]))
