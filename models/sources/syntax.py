"""Python packages read as text: what an expression is worth, without importing anything.

The packages that we read want a newer Python than training runs on, and hundreds of libraries besides. What they
state about devices is nearly all literals, constants and enumeration members, so a small evaluator over the syntax
tree is enough. What it cannot tell is UNKNOWN, never a guess.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

# Newer grammar that Python 3.11 refuses, brought back to the older one that means the same here.
_REPAIRS = (
    (re.compile(r"^(\s*except\*? )([^:()\n]+,[^:()\n]+?)( as \w+)?:", re.M), r"\1(\2)\3:"),
    (re.compile(r"^(\s*)type (\w+)(?:\[[^\]]*\])? =", re.M), r"\1\2 ="),
    (re.compile(r"^(\s*(?:class|def|async def) \w+)\[.*?\](?=[(:])", re.M | re.S), r"\1"),
)


class _Unknown:
    """The value of what cannot be told from the text."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Any = _Unknown()


@dataclass(frozen=True, slots=True)
class External:
    """A name that some other package defines, such as an enumeration member of a device library."""

    path: str
    """Dotted, as far as the text tells: `SensorType.BATTERY_LEVEL`."""

    @property
    def member(self) -> str:
        """Last part of the path, without the accessors of an enumeration."""
        return re.sub(r"\.(value|name|key)$", "", self.path).rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enumeration that the package itself defines."""

    enumeration: str
    name: str
    value: Any


@dataclass(slots=True)
class Module:
    """One parsed file and the names that it binds at the top."""

    name: str
    is_package: bool
    tree: ast.Module
    bindings: dict[str, ast.expr] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Name to (module, name inside it); None when the module itself is meant."""
    stars: list[str] = field(default_factory=list)
    """Modules from which everything is imported."""


def parse(text: str) -> ast.Module | None:
    """The syntax tree, or None when even the repaired text is none."""
    try:
        return ast.parse(text)
    except SyntaxError:
        for pattern, replacement in _REPAIRS:
            text = pattern.sub(replacement, text)
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


class Package:
    """Modules below one folder, parsed when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        """Folder that holds the top-level package, which is what a dotted name starts from."""
        self.module = lru_cache(maxsize=None)(self._module)

    def _module(self, name: str) -> Module | None:
        base = self.root.joinpath(*name.split("."))
        is_package = (base / "__init__.py").is_file()
        path = base / "__init__.py" if is_package else base.with_name(base.name + ".py")
        if not path.is_file():
            return None
        tree = parse(path.read_text(encoding="utf-8"))
        if tree is None:
            return None
        module = Module(name, is_package, tree)
        _bind(module, tree.body)
        return module

    def lookup(self, module: Module, name: str, depth: int = 0) -> tuple[Module, ast.AST] | External | None:
        """Where a name is defined, followed through imports; External when that is outside this package."""
        if depth > 12:
            return None
        if name in module.bindings:
            return module, module.bindings[name]
        if name in module.classes:
            return module, module.classes[name]
        if name in module.functions:
            return module, module.functions[name]
        if name not in module.imports:
            return self._starred(module, name, depth)
        target, inner = module.imports[name]
        if inner is None:
            return External(target)
        found = self.module(target)
        if found is None:
            return External(inner)
        if inner not in found.imports and inner not in found.bindings and self.module(f"{target}.{inner}"):
            return External(f"{target}.{inner}")
        return self.lookup(found, inner, depth + 1)

    def _starred(self, module: Module, name: str, depth: int) -> tuple[Module, ast.AST] | External | None:
        """A name that can only come from an `import *`."""
        for star in module.stars:
            inner = self.module(star)
            if inner is None:
                # What another package exports is not seen here; a builtin is lower case.
                return External(name) if name[0].isupper() else None
            if found := self.lookup(inner, name, depth + 1):
                return found
        return None

    def value(self, module: Module, node: ast.AST | None, names: dict[str, Any] | None = None, depth: int = 0) -> Any:
        """What an expression is worth: plain values, Member, External, or UNKNOWN.

        Args:
            module: where the expression stands.
            node: the expression.
            names: local names that are known, such as the variable of a loop that is being unrolled.
            depth: of the recursion, which names that refer to themselves would make endless.
        """
        if node is None or depth > 40:
            return UNKNOWN
        return _Evaluation(self, module, names or {}, depth + 1).value(node)


@dataclass(slots=True)
class _Evaluation:
    package: Package
    module: Module
    names: dict[str, Any]
    depth: int

    def value(self, node: ast.AST) -> Any:
        method = getattr(self, f"_{type(node).__name__}", None)
        return UNKNOWN if method is None else method(node)

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        return self._found(self.package.lookup(self.module, node.id))

    def _found(self, found: tuple[Module, ast.AST] | External | None) -> Any:
        if found is None:
            return UNKNOWN
        if isinstance(found, External):
            return found
        home, definition = found
        if isinstance(definition, ast.expr):
            return self.package.value(home, definition, None, self.depth)
        return found

    def _Attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Member):
            return {"value": owner.value, "name": owner.name}.get(node.attr, UNKNOWN)
        if isinstance(owner, tuple) and len(owner) == 2 and isinstance(owner[1], ast.ClassDef):
            return self._member(owner[0], owner[1], node.attr)
        if isinstance(owner, External):
            if inner := self.package.module(owner.path):
                return self._found(self.package.lookup(inner, node.attr))
            return External(f"{owner.path}.{node.attr}")
        return UNKNOWN

    def _member(self, home: Module, definition: ast.ClassDef, name: str) -> Any:
        for statement in definition.body:
            target, value = _assignment(statement)
            if target != name or value is None:
                continue
            if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("auto"):
                # enum.auto() of a StrEnum is the lower-case name, and numbers are of no use to us.
                return Member(definition.name, name, name.lower())
            return Member(definition.name, name, self.package.value(home, value, None, self.depth))
        for base in definition.bases:
            found = self.package.value(home, base, None, self.depth)
            if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], ast.ClassDef):
                value = self._member(found[0], found[1], name)
                if value is not UNKNOWN:
                    return value
        return UNKNOWN

    def _JoinedStr(self, node: ast.JoinedStr) -> Any:
        text = ""
        for part in node.values:
            value = self.value(part.value if isinstance(part, ast.FormattedValue) else part)
            value = plain(value)
            if not isinstance(value, (str, int, float)):
                return UNKNOWN
            text += str(value)
        return text

    def _BinOp(self, node: ast.BinOp) -> Any:
        left, right = plain(self.value(node.left)), plain(self.value(node.right))
        if isinstance(node.op, ast.Add) and type(left) is type(right) and isinstance(left, (str, int, float, tuple)):
            return left + right
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if numbers and isinstance(node.op, ast.Mult):
            return left * right
        if numbers and isinstance(node.op, ast.Sub):
            return left - right
        if numbers and isinstance(node.op, ast.Div) and right:
            return left / right
        if numbers and isinstance(node.op, ast.Pow) and abs(right) < 64:
            return left**right
        if isinstance(node.op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
            return left | right
        return UNKNOWN

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = plain(self.value(node.operand))
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        return UNKNOWN

    def _Tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Any:
        values: list[Any] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                inner = self.value(element.value)
                if isinstance(inner, dict):
                    inner = tuple(inner)
                if not isinstance(inner, tuple):
                    return UNKNOWN
                values += inner
            else:
                values.append(self.value(element))
        return tuple(values)

    _List = _Tuple
    _Set = _Tuple

    def _Dict(self, node: ast.Dict) -> Any:
        result: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.value(value)
                if isinstance(inner, dict):
                    result |= inner
                continue
            name = plain(self.value(key))
            if isinstance(name, (str, int, float, bool, External)) or name is None:
                result[name] = self.value(value)
        return result

    def _ListComp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Any:
        results = []
        for names in unrolled(self.package, self.module, node.generators, self.names):
            if names is None:
                return UNKNOWN
            results.append(self.package.value(self.module, node.elt, names, self.depth))
        return tuple(results)

    _GeneratorExp = _ListComp
    _SetComp = _ListComp

    def _IfExp(self, node: ast.IfExp) -> Any:
        return UNKNOWN

    def _Subscript(self, node: ast.Subscript) -> Any:
        owner, key = self.value(node.value), plain(self.value(node.slice))
        try:
            return owner[key] if isinstance(owner, (dict, tuple)) and not _is_definition(owner) else UNKNOWN
        except (KeyError, IndexError, TypeError):
            return UNKNOWN

    def _Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute):
            owner = plain(self.value(node.func.value))
            if isinstance(owner, str) and not node.args and node.func.attr in ("lower", "upper", "title", "capitalize"):
                return getattr(owner, node.func.attr)()
            if isinstance(owner, str) and node.func.attr in ("replace", "removeprefix", "removesuffix"):
                arguments = [plain(self.value(argument)) for argument in node.args]
                if all(isinstance(argument, str) for argument in arguments):
                    return getattr(owner, node.func.attr)(*arguments)
            if isinstance(owner, dict) and not node.args and node.func.attr in ("values", "keys", "items"):
                return tuple(getattr(owner, node.func.attr)())
            return UNKNOWN
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        arguments = [self.value(argument) for argument in node.args]
        if name in ("list", "tuple", "set", "sorted", "frozenset") and len(arguments) == 1:
            return members(self.package, arguments[0])
        if name == "range" and arguments and all(isinstance(argument, int) for argument in arguments):
            steps = range(*arguments)
            return tuple(steps) if len(steps) <= 64 else UNKNOWN
        if name in ("str", "int", "float") and len(arguments) == 1:
            value = plain(arguments[0])
            if isinstance(value, (str, int, float)):
                try:
                    return {"str": str, "int": int, "float": float}[name](value)
                except ValueError:
                    return UNKNOWN
        if name == "enumerate" and arguments:
            first = arguments[1] if len(arguments) > 1 else 0
            inner = members(self.package, arguments[0])
            return tuple(enumerate(inner, first)) if isinstance(inner, tuple) and isinstance(first, int) else UNKNOWN
        return UNKNOWN


def plain(value: Any) -> Any:
    """A member's value, and everything else as it is."""
    while isinstance(value, Member):
        value = value.value
    return value


def members(package: Package, value: Any) -> Any:
    """The elements of a sequence, a dictionary or an enumeration class as a tuple; UNKNOWN of anything else."""
    if isinstance(value, dict):
        return tuple(value)
    if _is_definition(value):
        home, definition = value
        if not isinstance(definition, ast.ClassDef):
            return UNKNOWN
        evaluation = _Evaluation(package, home, {}, 1)
        targets = [_assignment(statement)[0] for statement in definition.body]
        return tuple(evaluation._member(home, definition, name) for name in targets if name and name.isupper())
    return value if isinstance(value, tuple) else UNKNOWN


def unrolled(
    package: Package, module: Module, generators: list[ast.comprehension], names: dict[str, Any]
) -> Iterator[dict[str, Any] | None]:
    """The known names of each turn of a comprehension; a single None when its sequence or condition is unknown."""
    if not generators:
        yield names
        return
    first, *rest = generators
    sequence = members(package, package.value(module, first.iter, names))
    if not isinstance(sequence, tuple):
        yield None
        return
    for element in sequence:
        bound = names | _targets(first.target, element)
        if all(_holds(package, module, condition, bound) for condition in first.ifs):
            yield from unrolled(package, module, rest, bound)


def _targets(target: ast.expr, element: Any) -> dict[str, Any]:
    if isinstance(target, ast.Name):
        return {target.id: element}
    if isinstance(target, ast.Tuple) and isinstance(element, tuple) and len(element) == len(target.elts):
        bound: dict[str, Any] = {}
        for inner, value in zip(target.elts, element, strict=True):
            bound |= _targets(inner, value)
        return bound
    return {}


def _holds(package: Package, module: Module, condition: ast.expr, names: dict[str, Any]) -> bool:
    """Whether a comprehension's condition holds; True when the text does not tell."""
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        left = package.value(module, condition.left, names)
        right = package.value(module, condition.comparators[0], names)
        if UNKNOWN in (left, right):
            return True
        operation = condition.ops[0]
        if isinstance(operation, (ast.NotEq, ast.IsNot)):
            return bool(plain(left) != plain(right))
        if isinstance(operation, (ast.Eq, ast.Is)):
            return bool(plain(left) == plain(right))
        if isinstance(operation, ast.NotIn) and isinstance(right, tuple):
            return plain(left) not in [plain(value) for value in right]
    return True


def _is_definition(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Module)


def _assignment(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    """Name and expression of a simple assignment."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return None, None


def assignments(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """The simple assignments of a module's or class's body."""
    found = {}
    for statement in body:
        name, value = _assignment(statement)
        if name and value is not None:
            found[name] = value
    return found


def _bind(module: Module, body: list[ast.stmt]) -> None:
    for statement in body:
        name, value = _assignment(statement)
        if name and value is not None:
            module.bindings[name] = value
        elif isinstance(statement, ast.ClassDef):
            module.classes[statement.name] = statement
        elif isinstance(statement, ast.FunctionDef):
            module.functions[statement.name] = statement
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                module.imports[alias.asname or alias.name.partition(".")[0]] = (alias.name, None)
        elif isinstance(statement, ast.ImportFrom):
            source = _absolute(module, statement)
            if statement.names[0].name == "*":
                module.stars.append(source)
            for alias in statement.names:
                module.imports[alias.asname or alias.name] = (source, alias.name)
        elif isinstance(statement, (ast.If, ast.Try)):
            _bind(module, statement.body)


def _absolute(module: Module, statement: ast.ImportFrom) -> str:
    """Dotted name of the module that a relative import means."""
    if not statement.level:
        return statement.module or ""
    parts = module.name.split(".")
    keep = len(parts) - statement.level + (1 if module.is_package else 0)
    return ".".join([*parts[:keep], *([statement.module] if statement.module else [])])


def call_name(node: ast.AST) -> str:
    """Last name of what a call calls; empty for other nodes."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
