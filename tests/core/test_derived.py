"""What follows from definitions is kept with them, or bounded: nothing grows with what people define."""

import gc
import importlib
import inspect
import pkgutil
from weakref import ref

import snnlab
from snnlab.core.derived import RECENT, derived, remembered

# of what caches without a bound may be asked: none of it is anything that people define
SHIPPED = {"dtype", "name", "plots", "taken", "ids", "pages", "kind"}


class Definition:
    pass


def caches():
    """(module, cache) of all that is cached in snnlab."""
    for found in pkgutil.walk_packages(snnlab.__path__, "snnlab."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            for one in vars(module).values():
                if hasattr(one, "cache_parameters") and getattr(one, "__module__", "") == found.name:
                    yield found.name, one


def test_caches_are_bounded_unless_snnlab_alone_says_of_what():
    found = list(caches())
    assert len(found) > 60
    endless = [(module, one) for module, one in found if one.cache_parameters()["maxsize"] is None]
    for module, one in endless:
        asked = {*inspect.signature(one).parameters}
        assert asked <= SHIPPED, f"{module}.{one.__name__} keeps something for each of {asked - SHIPPED} for ever"
    assert len(endless) > 5  # else this looks for the wrong thing


def test_what_is_derived_goes_with_its_definition():
    @derived
    def twin(definition, more=0):
        return [definition, more]

    first = Definition()
    assert twin(first, 1) is twin(first, 1) is not twin(first, 2) and twin(first, more=1) == [first, 1]
    kept, gone = twin(first), ref(first)
    others = [Definition() for _ in range(RECENT + 1)]
    assert len({id(twin(one)) for one in others}) == RECENT + 1
    assert twin(first) is kept  # by the definition itself
    del first, kept
    for one in others:
        twin(one)
    gc.collect()
    assert gone() is None


def test_a_class_does_not_have_what_is_derived_from_its_base():
    @derived
    def name(kind):
        return kind.__name__

    class Inner(Definition):
        pass

    assert name(Definition) == "Definition" and name(Inner) == "Inner"


def test_what_is_remembered_is_one_thing_while_anybody_has_it():
    made = []

    @remembered(2)
    def thing(text):
        made.append(text)
        return Definition()

    held = thing("a")
    for text in "bcdefg":
        thing(text)
    assert thing("a") is held and made == [*"abcdefg"]
    thing("b")
    assert made == [*"abcdefgb"]  # which nobody had any more
