"""Plain data, of JSON and of links: what is read of it is checked, and refused with its place."""

from typing import Any

from snnlab.core import Choice, Count, Names, Switch, Unknown, refused


def checked_fields(path: str, data: Any, *fields: str) -> dict[str, Any]:
    """A dictionary with these fields at most. Raises ValueError that names the place."""
    if not isinstance(data, dict):
        raise refused(path, data, f"an object with {', '.join(fields)}")
    for field in data:
        if field not in fields:
            raise Unknown(f"the field of {path}", field, fields)
    return data


def text(value: Any) -> str:
    """A value in a link, shortly and without loss."""
    if isinstance(value, bool | str | int):
        return str(value)
    if isinstance(value, tuple):
        return ",".join(value)
    brief = f"{value:g}"
    return brief if float(brief) == value else repr(float(value))


def link_value(mark: Any, written: str) -> Any:
    """A value that a link holds, of this annotation; what is to be refused as it is written."""
    if isinstance(mark, Names):
        return [name for name in written.split(",") if name]
    if isinstance(mark, Switch):
        return {"True": True, "False": False}.get(written, written)
    if isinstance(mark, Choice):
        return written
    try:
        number = float(written.replace("_", "x"))  # Python takes 1_0 for 10, and nobody else does
    except ValueError:
        return written  # text with a unit, or what is to be refused
    return int(number) if isinstance(mark, Count) and number.is_integer() else number
