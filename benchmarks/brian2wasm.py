"""The same population as brian2wasm and snnlab run it in one browser: from equations to a module, and a run.

    python -m benchmarks.brian2wasm --python OTHER/bin/python [--chromium /usr/bin/chromium] [--rounds 9]

OTHER is an environment with brian2wasm; Emscripten's `emcc` is in the PATH, and EMSDK names its folder, with the
scripts `emsdk` and `emsdk_env.sh`. A run of brian2wasm is what a press of its button does: a message to its worker, an
instance of its module, the results back. A run of snnlab is what a slider does: a value, and the kernel of the page.
"""

import argparse
import http.server
import os
import subprocess
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from snnlab.engine.portable import RUNTIME
from snnlab.models import LIF, Constant, Experiment
from snnlab.models.portable import portable_experiment
from tests.conftest import CHROMIUM_FLAGS

BRIAN = """
import os, sys
from brian2 import *
import brian2wasm
os.environ["BRIAN2WASM_NO_SERVER"] = "1"
prefs.devices.wasm_standalone.emsdk_directory = os.environ["EMSDK"]
set_device("wasm_standalone", build_on_run=False)
defaultclock.dt = 1 * ms
G = NeuronGroup(int(sys.argv[1]), '''
    dv/dt = (-v + y + I) / (10*ms) : 1
    dy/dt = -y / (5*ms) : 1
    I : 1''', threshold="v > 1", reset="v = 0", method="euler")
G.I = 1.5
spikes, potential = SpikeMonitor(G), StateMonitor(G, "v", record=True)
run(1000 * ms)
device.build(directory=sys.argv[2], html_content={})
"""
THEIRS = """() => new Promise(done => {
  window.worker ??= new Worker("worker.js")
  const start = performance.now()
  worker.onmessage = ({data}) => { if (data.type == "results") done(performance.now() - start) }
  worker.postMessage({})
})"""
MAKE = """async ({data, source}) => {
  const {Kernel} = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})))
  const start = performance.now()
  window.kernel = await Kernel.of(data)
  return performance.now() - start
}"""
OURS = """k => {
  const start = performance.now()
  kernel.change({values: {"stimulus.amplitude": 1.5 + 0.001 * k}})
  kernel.run()
  return performance.now() - start
}"""


def built(python: str, neurons: int, folder: Path) -> float:
    """Seconds that brian2wasm takes for its files."""
    script = folder / "script.py"
    script.write_text(BRIAN)
    start = time.perf_counter()
    command = [python, str(script), str(neurons), str(folder / "out")]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return time.perf_counter() - start


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *given) -> None:
        pass


def serve(folder: Path) -> str:
    handler = partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("localhost", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_address[1]}/"


def measure(python: str, chromium: str, rounds: int) -> None:
    print("| LIF, 1000 steps of 1 ms | | to a module | bytes | a run |")
    print("|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        for neurons in (20, 1000):
            with tempfile.TemporaryDirectory() as name:
                theirs = built(python, neurons, Path(name))
                start = time.perf_counter()
                experiment = Experiment(
                    LIF(), Constant(amplitude=1.5), {"neurons": neurons, "dt": 1.0, "duration": 1000.0}
                )
                data = portable_experiment(experiment).to_data()
                ours = time.perf_counter() - start
                tab = browser.new_page()
                tab.goto(serve(Path(name, "out")))
                tab.evaluate(MAKE, {"data": data, "source": RUNTIME.read_text()})
                times = [(tab.evaluate(THEIRS), tab.evaluate(OURS, k)) for k in range(rounds)]
                size = sum(os.path.getsize(Path(name, "out", f"wasm_module.{end}")) for end in ("wasm", "js", "data"))
                other, own = (median(one) for one in zip(*times))
                print(f"| {neurons} neurons | brian2wasm | {theirs:.0f} s | {size:,} | {other:.1f} ms |")
                kernel = sum(len(one) * 3 // 4 for one in (data["code"], *data["fills"]))
                print(
                    f"| | snnlab | {ours:.2f} s | {kernel:,} | {own:.2f} ms ({other / own:.0f} x faster) |", flush=True
                )
                tab.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help="of an environment with brian2wasm")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    measure(given.python, given.chromium, given.rounds)
