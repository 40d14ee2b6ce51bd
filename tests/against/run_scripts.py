"""Run scripts in the environment of another simulator: {name: code} as JSON comes in, what each leaves goes out.

That is {name: {"spike_times": [...], "v": [...]}}, or {"error": ...} where a script fails.
"""

import contextlib
import io
import json
import sys
import traceback


def run(code: str) -> dict:
    found: dict = {"__name__": "__main__"}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, "script", "exec"), found)
    except Exception:
        return {"error": traceback.format_exc()}
    return {name: [float(x) for x in found[name]] for name in ("spike_times", "v")}


if __name__ == "__main__":
    json.dump({name: run(code) for name, code in json.load(sys.stdin).items()}, sys.stdout)
