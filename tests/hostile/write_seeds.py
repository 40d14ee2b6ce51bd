"""Writes the seeds in tests/data/hostile, `python -m tests.hostile.write_seeds`; those called kept-… stay."""

from pathlib import Path

from tests.hostile.doors import FILES
from tests.hostile.makers import by_chance, planned

FOLDER = Path(__file__).parents[1] / "data" / "hostile"
MOST = 60_000  # bytes
EACH = 9  # of a door


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        if not path.name.startswith("kept"):  # found by chance
            path.unlink()
    made: dict[str, list[bytes]] = {}
    for door, what, data in [*planned(megabytes=2000), *by_chance(3, seed=5)]:
        if (
            door in FILES
            and len(data) < MOST
            and (len(made.setdefault(door, [])) < EACH or "deflated" in what or "file" in what)
        ):
            made[door].append(data)
            name = "".join(c if c.isalnum() else "-" for c in what.encode("ascii", "ignore").decode())[:40].strip("-")
            (FOLDER / f"{len(made[door]):02d}-{name}.{door}").write_bytes(data)


if __name__ == "__main__":
    main()
