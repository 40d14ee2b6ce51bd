"""The runtime in JavaScript, in a browser: the same bits, no page that is held, and what goes wrong is told."""

from base64 import b64decode

import pytest
import torch

from snnlab.engine import Diverged, Noise, Projection, portable, simulate
from snnlab.engine.portable import RUNTIME
from snnlab.functional import LIF, AdEx, CobaLIF, Izhikevich, IzhikevichParameters
from snnlab.models import NETWORKS, Experiment, Step
from snnlab.models import AdEx as AdExModel
from snnlab.models.portable import portable_experiment
from tests.engine.cases import case
from tests.engine.test_network import weights

URL = "https://lab.invalid/"
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
RUN = """async data => {
  const {Kernel} = await import("./portable.js"), kernel = await Kernel.of(data)
  const letters = view => btoa(Array.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
    one => String.fromCharCode(one)).join(""))
  kernel.run()
  const spikes = kernel.array("z").slice()
  await kernel.runInParts()
  if (kernel.array("z").some((one, k) => one != spikes[k])) throw new Error("another run has other spikes")
  const found = {z: letters(kernel.array("z"))}
  for (const name of kernel.about.recorded) found[name] = letters(kernel.recorded(name))
  return found
}"""


@pytest.fixture(scope="module")
def page(browser):
    """A page that has the runtime, without any server, under a policy that allows WebAssembly and nothing else."""

    def answer(route):
        found = {
            URL: ("text/html", "<title>lab</title>"),
            URL + "portable.js": ("text/javascript", RUNTIME.read_text()),
        }
        kind, body = found[route.request.url]
        route.fulfill(body=body, content_type=kind, headers={"content-security-policy": POLICY})

    context = browser.new_context()
    context.route("**/*", answer)
    tab = context.new_page()
    tab.goto(URL)
    yield tab
    context.close()


def same(found, recording):
    arrays = {"z": recording.spikes.to(torch.uint8)} | recording.variables
    return all(b64decode(found[name]) == x.numpy().tobytes() for name, x in arrays.items())


def own(neuron):
    given = case(neuron, 300, 40, torch.float32, own=True)
    return neuron, {"state": given.state, "p": given.p, "dt": given.dt, "record": "all"} | given.inputs


CASES = {
    "own-parameters": own(AdEx),
    "conductances": own(CobaLIF),
    "noise": (LIF, {"current": torch.full((500, 5), 1.2), "noise": Noise(0.5, 0.003, seed=-(2**61)), "dt": 5e-4}),
    "chosen": (LIF, {"current": 1.0 + torch.rand(100, 2100), "neurons": (3, 2000), "every": 4}),
    "network": (
        LIF,
        {"current": torch.full((200, 60), 1.3), "network": Projection(weights(60, torch.float32, sparse=True), 4)},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_browser_has_the_bits_of_simulate(page, name):
    neuron, given = CASES[name]
    expected = simulate(neuron, **given)
    assert expected.spikes.any()
    assert same(page.evaluate(RUN, portable(neuron, **given).to_data()), expected)


def test_other_numbers_and_another_length(page):
    """What a slider does: a memory that grows keeps what it had."""
    first = portable(LIF, current=torch.full((50, 1), 1.5), p={"tau_mem_inv": 100.0}, dt=1e-4, record=())
    found = page.evaluate(
        """async ({data, steps}) => {
          const {Kernel} = await import("./portable.js"), kernel = await Kernel.of(data)
          const before = kernel.memory.buffer.byteLength
          kernel.change({numbers: {"p.tau_mem_inv": 50}, arrays: {current: new Float32Array(steps).fill(2)}, steps})
          kernel.run()
          return {...kernel.spikes(), grown: kernel.memory.buffer.byteLength > before}
        }""",
        {"data": first.to_data(), "steps": 200_000},
    )
    expected = simulate(LIF, current=torch.full((200_000, 1), 2.0), p={"tau_mem_inv": 50.0}, dt=1e-4, record=())
    assert found["grown"]
    assert found["steps"] == expected.spikes[:, 0].nonzero()[:, 0].tolist()
    assert len(found["steps"]) > 100


def test_a_long_run_holds_nobody_for_more_than_thirty_milliseconds(page):
    """Between the parts of a million steps of AdEx the page does its own. Longer gaps are the machine's, which tests
    in other tabs keep busy."""
    current = torch.full((1_000_000, 1), 900.0).expand(-1, 48)
    run = portable(AdEx, current=current, dt=1e-5, record=(), p=case(AdEx, 1, 1).p)
    found = page.evaluate(
        """async data => {
          const {Kernel} = await import("./portable.js"), kernel = await Kernel.of(data)
          const gaps = []
          let last = performance.now(), over = false
          const beat = () => {
            const now = performance.now()
            gaps.push(now - last)
            last = now
            if (!over) setTimeout(beat)
          }
          setTimeout(beat)
          const start = performance.now()
          await kernel.runInParts()
          const took = performance.now() - start
          over = true
          return {took, gaps: gaps.sort((a, b) => b - a)}
        }""",
        run.to_data(),
    )
    assert found["took"] > 100, "else nobody could have been held"
    assert len(found["gaps"]) > found["took"] / 60
    assert found["gaps"][len(found["gaps"]) // 2] < 30


@pytest.mark.parametrize("workers", [True, False], ids=["worker", "page"])
def test_the_newest_run_is_the_one_that_counts(page, workers):
    """Long ones beside the page or in it, where workers are forbidden: older ones give up, the newest is right."""
    steps = 400_000
    run = portable(LIF, current=torch.full((steps, 1), 1.5), dt=1e-4, record=(), p={"tau_mem_inv": 100.0})
    found = page.evaluate(
        """async ({data, workers, steps}) => {
          const {Runner} = await import("./portable.js")
          const runner = new Runner(data, workers ? undefined : "https://elsewhere.invalid/none.js")
          const asked = [40, 60, 80].map(value => runner.run({numbers: {"p.tau_mem_inv": value}}))
          const ends = await Promise.allSettled(asked)
          const short = await runner.run({arrays: {current: new Float32Array(500).fill(3)}, steps: 500})
          const again = await runner.run({arrays: {current: new Float32Array(steps).fill(3)}, steps})
          const worked = !!runner.worker
          runner.close()
          return {ends: ends.map(one => one.reason?.name ?? one.value.steps.length), worked,
                  short: short.steps, again: again.steps.length}
        }""",
        {"data": run.to_data(), "workers": workers, "steps": steps},
    )
    given = {"dt": 1e-4, "record": (), "p": {"tau_mem_inv": 80.0}}
    assert found["worked"] == workers
    assert found["ends"][:2] == ["Cancelled", "Cancelled"]
    assert found["ends"][2] == int(simulate(LIF, current=torch.full((steps, 1), 1.5), **given).spikes.sum())
    fired = simulate(LIF, current=torch.full((steps, 1), 3.0), **given).spikes[:, 0]
    assert found["short"] == fired[:500].nonzero()[:, 0].tolist()
    assert found["again"] == int(fired.sum())


def test_a_state_that_ceases_to_be_finite_is_told(page):
    given = {"current": torch.zeros(50, 20), "p": IzhikevichParameters(0.02, 0.2, -65.0, 8.0)}
    given["current"][20, 11] = -1e38
    with pytest.raises(Diverged) as told:
        simulate(Izhikevich, **given)
    found = page.evaluate(
        """async data => {
          const {Kernel} = await import("./portable.js"), kernel = await Kernel.of(data)
          try { kernel.run() } catch (error) { return {...error, message: error.message} }
        }""",
        portable(Izhikevich, **given).to_data(),
    )
    error = told.value
    assert [found[k] for k in ("variable", "neuron", "step")] == [error.variable, error.neuron, error.step]
    assert found["time"] == pytest.approx(error.time)
    assert str(error).startswith(found["message"])


def test_what_is_not_known_is_refused(page):
    data = portable(LIF, current=torch.ones(5, 2)).to_data()
    words = page.evaluate(
        """async data => {
          const {Kernel} = await import("./portable.js"), kernel = await Kernel.of(data), said = []
          const newer = {...data, about: {...data.about, version: 99}}
          try { kernel.change({numbers: {"p.tau": 1}}) } catch (error) { said.push(error.message) }
          try { await Kernel.of(newer) } catch (error) { said.push(error.message) }
          return said
        }""",
        data,
    )
    assert words == ["p.tau is no number of this run", "a run of version 99 is not known here"]


def test_a_hundred_kernels_are_made_and_let_go(page):
    data = portable(LIF, current=torch.full((20, 3), 3.0), dt=0.01).to_data()
    expected = int(simulate(LIF, current=torch.full((20, 3), 3.0), dt=0.01).spikes.sum())
    counts = page.evaluate(
        """async data => {
          const {Kernel} = await import("./portable.js"), counts = []
          for (let k = 0; k < 100; k++) {
            const kernel = await Kernel.of(data)
            kernel.run()
            counts.push(kernel.spikes().steps.length)
          }
          return counts
        }""",
        data,
    )
    assert expected > 0 and counts == [expected] * 100


def test_a_hand_moves_the_knobs_of_an_experiment(page):
    """Numbers, states, noise, inputs and the length of the run follow in the page, to the bit."""
    experiment = Experiment(AdExModel(), Step(amplitude=700), {"noise": 50.0, "neurons": 12, "duration": 150.0})
    data = portable_experiment(experiment).to_data()
    changes = [{}, {"model.tau_w": 60.0}, {"stimulus.onset": 33.0, "run.noise": 200.0}, {"run.duration": 400.0}]
    changes += [{"run.dt": 0.05, "run.seed": 9.0}]
    found = page.evaluate(
        """async ({data, changes}) => {
          const {Runner} = await import("./portable.js"), runner = new Runner(data), ends = []
          for (const values of changes) {
            const {steps, neurons, variables} = await runner.run({values})
            ends.push({steps, neurons, v: Array.from(variables.v.slice(-12))})
          }
          let word = ""
          try { await runner.run({values: {"model.nothing": 1}}) } catch (error) { word = error.message }
          runner.close()
          return {ends, word}
        }""",
        {"data": data, "changes": changes},
    )
    assert found["word"] == "model.nothing is no value of this run"
    for change, end in zip(changes, found["ends"], strict=True):
        for name, value in change.items():
            owner = {"model": experiment.model, "stimulus": experiment.stimulus, "run": experiment.settings}
            setattr(owner[name.split(".")[0]], name.split(".")[1], int(value) if name == "run.seed" else value)
        recording = experiment.run().recording
        fired = recording.spikes.nonzero()
        assert len(fired) > 10
        assert end["steps"] == fired[:, 0].tolist() and end["neurons"] == fired[:, 1].tolist(), change
        assert torch.equal(torch.tensor(end["v"]), recording.variables["v"][-1]), change


def test_a_hand_moves_the_knobs_of_a_network(page):
    """Weights, delay and step follow from what was drawn once, whose places travel packed."""
    model = NETWORKS["Brunel"](N_E=160, N_I=40, C_E=40, C_I=10, J=0.4)
    experiment = Experiment(model, None, {"duration": 100.0})
    data = portable_experiment(experiment).to_data()
    assert "gzip" in data["arrays"]["k0.targets"]
    changes = [{}, {"model.g": 3.0}, {"model.delay": 4.0, "model.J": 0.3}, {"run.dt": 0.2}, {"model.delay": 0.6}]
    found = page.evaluate(
        """async ({data, changes}) => {
          const {Runner} = await import("./portable.js"), runner = new Runner(data), ends = []
          for (const values of changes) ends.push(await runner.run({values}))
          runner.close()
          return ends.map(({steps, neurons}) => ({steps, neurons}))
        }""",
        {"data": data, "changes": changes},
    )
    for change, end in zip(changes, found, strict=True):
        for name, value in change.items():
            setattr(model if name.startswith("model") else experiment.settings, name.split(".")[1], value)
        fired = experiment.run().recording.spikes.nonzero()
        assert len(fired) > 100
        assert end == {"steps": fired[:, 0].tolist(), "neurons": fired[:, 1].tolist()}, change
