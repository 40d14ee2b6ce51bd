"""What follows from a definition, computed once: kept with it, or for as long as somebody has it, never for ever."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar
from weakref import WeakValueDictionary

KEPT = "_derived"  # the attribute of a definition
RECENT = 32  # definitions that a function itself knows, and so keeps
Result = TypeVar("Result")


def derived(function: Callable[..., Result]) -> Callable[..., Result]:
    """A function of a definition (a neuron, a class) and of more that can be hashed, computed once.

    The result lies in the definition's own dictionary. It may refer to the definition, as its class of models does, and
    both go together; `functools.cache` would hold every neuron that anybody ever typed.

    >>> class Definition:
    ...     pass
    >>> @derived
    ... def twin(definition):
    ...     return [definition]
    >>> one = Definition()
    >>> twin(one) is twin(one), twin(one) is twin(Definition())
    (True, False)
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @lru_cache(maxsize=RECENT)  # so that a slider, which asks for the same again and again, calls nothing
    @wraps(function)
    def found(definition: Any, *more: Any, **named: Any) -> Result:
        own = vars(definition)  # of a class, without those that it inherits from
        if KEPT not in own:
            put = type.__setattr__ if isinstance(definition, type) else object.__setattr__
            put(definition, KEPT, {})
            own = vars(definition)
        key = (name, more, *sorted(named.items())) if named else (name, more)
        if key in own[KEPT]:
            return own[KEPT][key]
        return own[KEPT].setdefault(key, function(definition, *more, **named))  # of two threads, both get the first one

    return found


def remembered(size: int) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """A function that gives one and the same thing for equal arguments as long as anybody has it.

    The last `size` of them are kept for whoever comes next. Arguments are given by place.

    >>> class Thing:
    ...     pass
    >>> make = remembered(1)(lambda text: Thing())
    >>> one = make("a")
    >>> make("b") is not one, make("a") is one
    (True, True)
    """

    def made(function: Callable[..., Result]) -> Callable[..., Result]:
        alive: WeakValueDictionary[Any, Any] = WeakValueDictionary()

        @lru_cache(maxsize=size)
        @wraps(function)
        def found(*given: Any) -> Result:
            there = alive.get(given)
            return alive.setdefault(given, function(*given)) if there is None else there

        return found

    return made
