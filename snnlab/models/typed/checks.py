"""What a text must keep as a whole: names without circles, and sums of what is alike."""

from fractions import Fraction

from .definition import Definition
from .dimensions import MS, NUMBER, Unit, together, unit
from .trees import COMPARISONS, LARGE, Node, folded
from .words import Fault

_SAME = ("+", "-", "min", "max", "clip", "vtrap", *COMPARISONS)
_KEPT = ("abs", "neg", "floor", "ceil")
_AND = {"+": "added to", "-": "taken from", **dict.fromkeys(COMPARISONS, "compared with")}


def check(definition: Definition) -> None:
    """Raises Fault at the first place that cannot hold."""
    _whole(definition)
    _no_circle(definition)
    _places(definition)
    Units(definition).check()
    _settle(definition)


def _settle(definition: Definition) -> None:
    """Leaves out units, which have been checked, and sub-expressions that are one number. Raises Fault."""
    numbers: dict[str, float] = {}
    for name, one in [*definition.inner.items()]:
        right = folded(one.right, numbers)
        if right.kind == "number":
            numbers[name] = definition.inner.pop(name) and right.value
        else:
            definition.inner[name] = one._replace(right=right)
    _sized(definition)
    for name, rate in definition.rates.items():
        factor = rate.factor and folded(rate.factor, numbers)
        if factor is not None and factor.kind == "number" and factor.value == 0:
            raise Fault(factor.at, f"0 stands before d{name}/dt: give another number")
        definition.rates[name] = rate._replace(right=folded(rate.right, numbers), factor=factor)
    definition.spike = definition.spike and folded(definition.spike, numbers)
    for part, changes in definition.changes.items():
        definition.changes[part] = [one._replace(right=folded(one.right, numbers)) for one in changes]


def _whole(definition: Definition) -> None:
    if definition.current is None:
        at = definition.rates["v"].at
        raise Fault(at, "the input current I is not declared: add a line such as I = 10 pA in 0 .. 100")
    reset = definition.places.get("reset")
    if definition.crosses and reset is not None:
        raise Fault(reset, "a spike that crosses has no reset: write spike: v > ..., or leave the reset out")
    if definition.spike is not None and not definition.crosses and reset is None:
        at = definition.places["spike"]
        raise Fault(at, "nothing is reset, so it would spike in every step: add reset: v = ..., or write v crosses ...")
    if definition.spike is None and reset is not None:
        raise Fault(reset, "nothing says when it spikes: add spike: v > ...")
    if definition.wait is not None and definition.spike is None:
        raise Fault(definition.places[definition.wait[0]], "nothing says when it spikes: add spike: v > ...")


def _sized(definition: Definition) -> None:
    """Raises Fault for a sub-expression that is large in full: equations are written with all of them put in."""
    sizes: dict[str, int] = {}
    for name, one in definition.inner.items():
        sizes[name] = sum(sizes.get(node.name, 1) if node.kind == "name" else 1 for node in one.right)
        if sizes[name] > LARGE:
            raise Fault(
                one.at, f"{name} has more than {LARGE:,} operations once its sub-expressions are put in: shorten it"
            )


def _no_circle(definition: Definition) -> None:
    """Raises Fault for a sub-expression that needs itself; else brings each behind those that it needs."""
    inner, done, order = definition.inner, set[str](), []
    for start in inner:
        waiting = [(start, iter(_needed(definition, start)))] if start not in done else []
        path = {start}
        while waiting:
            name, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                path.discard(name)
                done.add(name)
                order.append(name)
            elif following in path:
                raise Fault(
                    inner[name].at, f"{name} needs {following}, which needs {name}: write one as d{name}/dt = ..."
                )
            elif following not in done:
                path.add(following)
                waiting.append((following, iter(_needed(definition, following))))
    definition.inner = {name: inner[name] for name in order}


def _needed(definition: Definition, name: str) -> list[str]:
    return sorted(other for other in definition.inner[name].right.names if other in definition.inner)


def depends(definition: Definition, trees: list[Node]) -> set[str]:
    """The variables, parameters and inputs on which trees depend, through sub-expressions too."""
    found = {name for tree in trees for name in tree.names}
    for name in reversed(definition.inner):
        if name in found:
            found |= definition.inner[name].right.names
    return found


def _places(definition: Definition) -> None:
    """What stands where it has no value: the current beside the equations, variables in what is constant."""
    trees = [("spike", [definition.spike] if definition.spike else [])]
    trees += [(part, [change.right for change in changes]) for part, changes in definition.changes.items()]
    for part, own in trees:
        if "I" in depends(definition, own):
            raise Fault(definition.places[part], f"I has no value in {part}: it drives the equations alone")
    factors = [rate.factor for rate in definition.rates.values() if rate.factor]
    names = depends(definition, factors)
    for wrong in {*definition.rates, "I"} & names:
        raise Fault(factors[0].at, f"what stands before dx/dt depends on {wrong}: divide the right side by it")
    set_before: set[str] = set()
    for change in definition.changes.get("rest", []):
        if late := (depends(definition, [change.right]) & {*definition.rates}) - set_before:
            raise Fault(change.at, f"{change.variable} at rest depends on {min(late)}: give that first")
        set_before.add(change.variable)
    if "I" not in depends(definition, [rate.right for rate in definition.rates.values()]):
        raise Fault(definition.rates["v"].at, "no equation has the input current I: add it, dv/dt = (... + I) / C")


class Units:
    """The unit of each name of a text; None where nothing tells."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.of: dict[str, Unit | None] = {"x": None}
        for name, rate in definition.rates.items():
            self.of[name] = _given(rate.about.unit)
        for name, number in definition.parameters.items():
            self.of[name] = _given(number.about.unit)
        assert definition.current is not None
        self.of["I"] = _given(definition.current.about.unit)

    def check(self) -> None:
        definition = self.definition
        for name, one in definition.inner.items():
            found, stated = self.unit(one.right), _given(one.about.unit)
            if stated is not None and found is not None and found.sure and not found.same(stated):
                raise Fault(
                    one.right.at, f"{name} is in {found}, and is said to be in {stated}{_factor(found, stated)}"
                )
            self.of[name] = stated if stated is not None else found
        for name in definition.rates:
            self._rate(name)
        if definition.spike is not None:
            self.unit(definition.spike)
        for changes in definition.changes.values():
            for change in changes:
                own, found = self.of[change.variable], self.unit(change.right)
                if own is not None and found is not None and not found.same(own):
                    raise Fault(
                        change.right.at, f"{change.variable} is in {own}, and is set to {found}{_factor(found, own)}"
                    )

    def _rate(self, name: str) -> None:
        """Of both sides of an equation, one is the other per ms."""
        rate, own = self.definition.rates[name], self.of[name]
        found = self.unit(rate.right)
        if rate.factor is not None:
            before = self.unit(rate.factor)
            found = None if found is None or before is None else found.times(before, -1)
        if own is None or found is None or not found.sure:
            return
        wanted = own.times(MS, -1)
        if found.same(wanted) or (own.same(NUMBER) and found.same(NUMBER)):  # of plain numbers, time is one
            return
        if found.same(own):
            raise Fault(rate.right.at, f"d{name}/dt is in {found}, and has to be in {wanted}: divide by a time in ms")
        self._times()
        told = _factor(found, wanted) + ", times in ms" * found.same_kind(wanted)
        what = "a plain number" if found.same(NUMBER) else f"in {found}"
        raise Fault(rate.right.at, f"d{name}/dt is {what}, and has to be in {wanted}{told}")

    def _times(self) -> None:
        """Raises Fault for what is called a time constant and is no time."""
        for name, number in self.definition.parameters.items():
            own = self.of[name]
            if name.startswith("tau") and own is not None and not own.same_kind(MS):
                raise Fault(number.at, f"{name} is a time constant, and is in {own}: write {name} = 10 ms")

    def unit(self, node: Node) -> Unit | None:
        """The unit of a tree. Raises Fault where what is not alike is added."""
        if node.kind == "number":
            return node.unit
        if node.kind == "name":
            return self.of[node.name]
        units = [self.unit(part) for part in node.parts]
        if node.kind in ("and", "or", "not"):
            return NUMBER
        if node.kind in _SAME:
            return self._alike(node, list(zip(node.parts, units)))
        if node.kind == "where":
            return self._alike(node, list(zip(node.parts, units))[1:])
        if node.kind in _KEPT:
            return units[0]
        if node.kind in ("*", "/"):
            a, b = units
            return None if a is None or b is None else a.times(b, 1 if node.kind == "*" else -1)
        if node.kind == "sqrt":
            return units[0] and units[0].to(Fraction(1, 2))
        if node.kind == "sign":
            return NUMBER
        if node.kind == "**":
            return _power(node, units)
        (inner,) = units
        if inner is not None and inner.sure and not inner.same(NUMBER):
            raise Fault(
                node.parts[0].at if node.parts[0].kind == "name" else node.at,
                f"{node.kind} is taken of {inner}: divide by something in {inner}, so that it is of a plain number",
            )
        return None if inner is None else NUMBER

    def _alike(self, node: Node, terms: list[tuple[Node, Unit | None]]) -> Unit | None:
        """The unit of terms of which each is added to the others."""
        (first, found), *others = terms
        bare = [one for one, u in terms if u is None and one.kind in ("number", "name")]
        for term, u in others:
            if found is not None and u is not None and not found.same(u):
                how = _AND.get(node.kind, f"beside the other in {node.kind}:")
                raise Fault(node.at, f"{_short(term)} in {u} is {how} {_short(first)} in {found}{_factor(u, found)}")
            found = found if term in bare else u if first in bare and found is None else together(found, u)
        return NUMBER if node.kind in COMPARISONS else found


def _short(node: Node) -> str:
    """A tree in an error: its name, or what it is."""
    if node.kind == "name":
        return node.name
    return f"{node.value:g}" if node.kind == "number" else "what is"


def _factor(found: Unit, wanted: Unit) -> str:
    """What is to be done about two units that differ."""
    if found.same_kind(wanted):
        return f", which differs by a factor of 1e{found.ten - wanted.ten}: give its numbers in units that fit together"
    return f": no {found} is a {wanted}, multiply or divide by what is missing"


def _given(text: str) -> Unit | None:
    return unit(text) if text else None


def _power(node: Node, units: list[Unit | None]) -> Unit | None:
    base, exponent = units
    if exponent is not None and exponent.sure and not exponent.same(NUMBER):
        raise Fault(node.parts[1].at, f"the exponent is in {exponent}: give a plain number")
    if base is None or base.same(NUMBER):
        return base
    if node.parts[1].kind != "number":
        if base.sure:
            raise Fault(node.at, f"a power of {base} has an exponent that is not written out: give a number, v**2")
        return None
    return base.to(Fraction(node.parts[1].value).limit_denominator(12)) if abs(node.parts[1].value) <= 12 else None
