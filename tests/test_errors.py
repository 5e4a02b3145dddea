"""Errors keep their subject, reason and faults apart; the sentence is made once, and never parsed again."""

import ast
import pickle
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from timeline import errors
from timeline.errors import BundleInvalid, DateInvalid, Fault, QuotedDateDiffers, Sentence, StatementInvalid, at_fault, kind_of

PACKAGE = Path(__file__).parent.parent / "timeline"
READS_TEXT = {
    *("removeprefix", "removesuffix", "partition", "rpartition", "split", "rsplit", "splitlines", "startswith", "endswith"),
    *("find", "index", "count", "replace", "match", "search", "fullmatch", "findall", "finditer", "sub"),
}
PARTS = {"reason", "subject", "args", "message", "wrong"}


def test_an_error_is_its_subject_and_its_reason() -> None:
    """The message is made from both."""
    error = StatementInvalid(Path("a/b.txt"), "is empty. Fill it in")
    assert (str(error), error.subject, error.reason) == ("a/b.txt: is empty. Fill it in", "a/b.txt", "is empty. Fill it in")
    alone = StatementInvalid("a: b is no name")
    assert (str(alone), alone.subject, alone.reason) == ("a: b is no name", "", "a: b is no name")


def test_a_place_that_shows_the_subject_gets_only_the_reason() -> None:
    """Any other place gets the subject too, and nothing is cut off that only looks like it."""
    error = StatementInvalid("happening/x", "happening/x: is odd")
    assert error.beside("happening/x") == "happening/x: is odd"
    assert error.beside("happening/y", "") == "happening/x: happening/x: is odd"
    assert StatementInvalid("happening/x: is odd").beside("happening/x") == "happening/x: is odd"
    deeper = error.under("b.yaml")
    assert (deeper.beside("b.yaml"), deeper.subject) == ("happening/x: happening/x: is odd", "b.yaml")


def test_faults_are_pairs_with_a_value() -> None:
    """Callers that unpack them need not know the value."""
    error = StatementInvalid.in_fields("happening/x", [Fault("zone", "is none", "Nowhere"), ("date", "is missing")])
    assert str(error) == "happening/x: zone: is none; date: is missing"
    assert error.faults == (("zone", "is none"), ("date", "is missing"))
    assert [(one.field, one.reason, one.value) for one in error.faults] == [
        ("zone", "is none", "Nowhere"),
        ("date", "is missing", None),
    ]
    assert at_fault("zone", error.faults)
    assert at_fault("citations.1.quote", [("citations.1", "")])
    assert not at_fault("citations.10", [("citations.1", "")])


@pytest.mark.parametrize(
    "error",
    [
        StatementInvalid.in_fields("happening/x", [Fault("zone", "is none", "Nowhere")]),
        DateInvalid("date", '"x": is none', wrong="is none"),
        BundleInvalid("a: b", faults=[("a", "b")], changed=frozenset("c")),
    ],
)
def test_an_error_passes_between_processes_unchanged(error: errors.TimelineError) -> None:
    """As in a pool of workers."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - just written
    assert (str(again), again.faults, again.subject, vars(again)) == (str(error), error.faults, error.subject, vars(error))


def test_a_warning_keeps_its_parts_too() -> None:
    """There is one."""
    warning = QuotedDateDiffers("happening/x", "citations.1.quote", "states 2003")
    assert (str(warning), warning.beside("happening/x")) == (
        "happening/x: citations.1.quote: states 2003",
        "citations.1.quote: states 2003",
    )


def test_sentences_from_one_template_are_of_one_kind() -> None:
    """Whatever their values; inner sentences count."""
    one, other = Sentence('"{}" is none', "a"), Sentence('"{}" is none', 'a "b" 3')
    assert (one, other) == ('"a" is none', '"a "b" 3" is none')
    assert kind_of(one) == kind_of(other) != kind_of("“a” is none")
    assert kind_of(Sentence("{}: {}", "a", Sentence("is none"))) != kind_of(Sentence("{}: {}", "a", Sentence("is another")))
    assert kind_of(Sentence("{a}")) == "{a}"
    assert kind_of(Sentence(one)) == kind_of(other)


# No sentence of our own is read back


@cache
def own_errors() -> set[str]:
    """Name every class of ours that is an error."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    found = {"TimelineError"}
    while more := {name for name, over in bases.items() if over & found} - found:
        found |= more
    return found


def held(node: ast.AST) -> list[str]:
    """Name the errors of ours that a handler catches, or that a function is given."""
    if isinstance(node, ast.ExceptHandler):
        pairs = [(node.name, node.type)]
    elif isinstance(node, ast.FunctionDef):
        pairs = [(one.arg, one.annotation) for one in (*node.args.args, *node.args.kwonlyargs)]
    else:
        return []
    return [name for name, kind in pairs if name and kind and own_errors() & set(re.findall(r"\w+", ast.unparse(kind)))]


def said(node: ast.expr, error: str, texts: set[str]) -> bool:
    """Whether an expression is the sentence of an error, a part of it, or a name that stands for one."""
    match node:
        case ast.Call(func=ast.Name("str"), args=[ast.Name(name)]) | ast.Attribute(ast.Name(name), _) if name == error:
            return not isinstance(node, ast.Attribute) or node.attr in PARTS
        case ast.Call(func=ast.Attribute(ast.Name(name), "beside")) if name == error:
            return True
        case ast.Subscript(value) | ast.Call(func=ast.Attribute(value, "lower" | "strip" | "rstrip" | "casefold")):
            return said(value, error, texts)
    return isinstance(node, ast.Name) and node.id in texts


def read_back(source: str) -> Iterator[str]:
    """Find where the sentence of an error of ours is taken apart, compared or searched, by whoever caught it or is given it."""
    for holder, error in [(node, name) for node in ast.walk(ast.parse(source)) for name in held(node)]:
        nodes, texts = [*ast.walk(holder)], set[str]()
        for node in nodes:
            if isinstance(node, ast.Assign) and said(node.value, error, texts):
                texts |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        for node in nodes:
            match node:
                case ast.Call(func=ast.Attribute(value, name), args=args) if name in READS_TEXT:
                    wrong = any(said(one, error, texts) for one in (value, *args))
                case ast.Compare(_, ops, others) if any(isinstance(one, ast.In | ast.NotIn) for one in ops):
                    wrong = any(said(one, error, texts) for one in others)
                case ast.Attribute(ast.Name(name), "args") if name == error:
                    wrong = True
                case _:
                    wrong = False
            if wrong:
                yield f"{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_parses_our_own_sentences(path: Path) -> None:
    """The error's fields have the facts; messages of libraries are different."""
    assert list(read_back(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "reason = str(error).removeprefix('x: ')",
        "a = str(error); b = a.partition(': ')",
        "re.match('x', str(error))",
        "if 'extra' in str(error): pass",
        "error.args[0]",
        "error.reason.split('. ')",
        "error.beside('x').endswith('y')",
        "str(error).lower().startswith('x')",
        "reason = error.reason; 'x' in reason",
    ],
)
def test_the_rule_detects_violations(line: str) -> None:
    """For our errors; others' errors may have only a message."""
    own, others = (f"try:\n    pass\nexcept {kind} as error:\n    {line}\n" for kind in ("(OSError, StatementInvalid)", "OSError"))
    given = f"def tell(error: errors.StatementInvalid | None) -> None:\n    {line}\n"
    assert [len(list(read_back(one))) for one in (own, given, others)] == [1, 1, 0]
