"""Runs over time: input in, recording out, errors in words."""

import pytest
import torch

from snnlab.core import staggered
from snnlab.engine import Cancelled, Recording, simulate
from snnlab.functional import LIF, Izhikevich, LIFFeedForwardState, LIFParameters, lif_feed_forward_step, tonic_spiking


def constant(value, steps, *shape):
    return torch.full((steps, *shape), value, dtype=torch.float64)


def poisson(steps, *shape, seed=0):
    return (torch.rand((steps, *shape), generator=torch.Generator().manual_seed(seed)) < 0.2).to(torch.float64)


def test_a_run_is_its_steps():
    """The loop adds nothing: the same numbers as the public step, called by hand."""
    x = 2 * poisson(100, 4)
    run = simulate(LIF, spikes=x, record=("v", "i"))
    state = LIFFeedForwardState(torch.zeros(4, dtype=torch.float64), torch.zeros(4, dtype=torch.float64))
    for k in range(100):
        z, state = lif_feed_forward_step(x[k], state)
        assert torch.equal(run.spikes[k], z > 0)
        assert torch.equal(run.variables["v"][k], state.v)
        assert torch.equal(run.variables["i"][k], state.i)
    assert run.spikes.any()


def test_what_a_recording_holds():
    run = simulate(LIF, current=constant(1.5, 50, 2, 3), dt=0.0005, record=("i",))
    assert list(run.variables) == ["i"]
    assert run.variables["i"].shape == run.spikes.shape == (50, 2, 3)
    assert run.spikes.dtype == torch.bool
    assert run.dt == 0.5
    assert not run.variables["i"].requires_grad


def test_v_is_recorded_unless_said_otherwise():
    assert list(simulate(LIF, current=constant(1.5, 5)).variables) == ["v"]
    assert simulate(LIF, current=constant(1.5, 5), record=()).variables == {}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_run_has_the_dtype_of_its_input(dtype):
    run = simulate(LIF, current=constant(1.5, 5).to(dtype), record=("v", "i"))
    assert {values.dtype for values in run.variables.values()} == {dtype}


def test_integers_and_spikes_of_another_run_are_inputs_like_any_other():
    """The state must not take over a dtype that cannot hold it: v_leak = 0.5 is not 0, and not True."""
    p = LIFParameters(v_leak=torch.tensor(0.5), v_th=torch.tensor(0.8))
    x = poisson(60, 3)
    expected = simulate(LIF, spikes=x.float(), p=p).variables["v"]
    for dtype in (torch.int64, torch.bool):
        found = simulate(LIF, spikes=x.to(dtype), p=p).variables["v"]
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
    current = torch.tensor([0, 1, 2, 0, 1])
    torch.testing.assert_close(
        simulate(LIF, current=current, p=p).variables["v"],
        simulate(LIF, current=current.float(), p=p).variables["v"],
        rtol=0,
        atol=0,
    )


def test_shapes_of_both_inputs_broadcast():
    run = simulate(LIF, current=constant(1.2, 40, 1, 3), spikes=poisson(40, 4, 1), record=("v", "i"))
    assert run.spikes.shape == (40, 4, 3)
    assert run.variables["i"].shape == (40, 4, 3)
    one = simulate(LIF, current=constant(1.2, 40), spikes=poisson(40, 4, 1)[:, 2, 0])
    assert torch.equal(run.variables["v"][:, 2, 1], one.variables["v"])


def test_parameters_with_several_values_are_a_sweep():
    """One run over a tensor of time constants is the runs with each of them, for every variable."""
    taus = torch.tensor([50.0, 100.0, 200.0], dtype=torch.float64)
    current = constant(1.5, 200)
    run = simulate(LIF, current=current, p=LIFParameters(tau_mem_inv=taus), dt=0.0005, record=("v", "i"))
    assert run.spikes.shape == (200, 3)
    assert {name: values.shape for name, values in run.variables.items()} == {"v": (200, 3), "i": (200, 3)}
    for k, tau in enumerate(taus):
        one = simulate(LIF, current=current, p=LIFParameters(tau_mem_inv=tau), dt=0.0005)
        assert torch.equal(run.variables["v"][:, k], one.variables["v"])
        assert torch.equal(run.spikes[:, k], one.spikes)


def test_a_sweep_of_the_resting_potential():
    p = LIFParameters(v_leak=torch.tensor([0.0, 0.2, 0.4], dtype=torch.float64))
    run = simulate(LIF, current=constant(0.0, 10), p=p)
    assert torch.equal(run.variables["v"], p.v_leak.expand(10, 3))


def test_states_with_several_values_are_several_neurons():
    v = torch.tensor([0.0, 0.5, 0.9], dtype=torch.float64)
    run = simulate(LIF, current=constant(0.0, 10), state=LIFFeedForwardState(v, torch.zeros(3, dtype=torch.float64)))
    assert run.variables["v"].shape == (10, 3)
    torch.testing.assert_close(run.variables["v"][0], 0.9 * v, rtol=1e-12, atol=0)


def test_a_run_begins_at_rest_or_where_it_is_told():
    p = LIFParameters(v_leak=torch.tensor(0.25))
    assert simulate(LIF, current=constant(0.0, 3), p=p).variables["v"].tolist() == [0.25] * 3
    state = LIFFeedForwardState(torch.tensor(0.5), torch.tensor(0.0))
    assert simulate(LIF, current=constant(0.0, 3), state=state).variables["v"].tolist() == pytest.approx(
        [0.45, 0.405, 0.3645]
    )


def test_numbers_are_a_state_too():
    run = simulate(LIF, current=constant(0.0, 1), state=LIFFeedForwardState(0.5, 0.0))
    assert run.variables["v"].item() == pytest.approx(0.45)


def test_inputs_and_states_are_left_as_they_were():
    current, state = constant(1.5, 30, 2), LIFFeedForwardState(torch.zeros(2), torch.zeros(2))
    p = LIFParameters()
    before = [x.clone() for x in (current, *state, *p[:5])]
    simulate(LIF, current=current, state=state, p=p)
    assert all(map(torch.equal, before, (current, *state, *p[:5])))


@pytest.mark.parametrize("wanted", [True, False])
def test_behaviors_run_with_gradients_in_their_state(wanted):
    """Norse's behaviours hold a v that requires a gradient: a run keeps a graph where torch would."""
    with torch.set_grad_enabled(wanted):
        run = simulate(
            Izhikevich, current=constant(14.0, 400, 2), p=tonic_spiking.p, state=tonic_spiking.s, record=("v", "u")
        )
    assert run.variables["v"].requires_grad == wanted
    assert run.spikes.dtype == torch.float64
    assert run.spikes.requires_grad == wanted
    assert run.spikes.sum() > 2


def test_the_integrator_may_be_chosen():
    runs = [
        simulate(
            Izhikevich,
            current=constant(14.0, 200),
            p=tonic_spiking.p,
            state=tonic_spiking.s,
            record=("u",),
            advance=advance,
        )
        for advance in (None, staggered("v", "u"))
    ]
    assert not torch.equal(runs[0].variables["u"], runs[1].variables["u"])


def test_dt_scales_the_drift():
    one, half = (simulate(LIF, current=constant(1.0, 1), dt=dt).variables["v"].item() for dt in (0.001, 0.0005))
    assert one == pytest.approx(0.1)
    assert half == pytest.approx(0.05)


def test_no_input_is_refused():
    with pytest.raises(ValueError, match=r"give a current \[T, \.\.\.\], spikes \[T, \.\.\.\], or both"):
        simulate(LIF)


def test_inputs_of_different_length_are_refused():
    with pytest.raises(ValueError, match="current has 5 steps, spikes have 7 steps"):
        simulate(LIF, current=constant(1.0, 5), spikes=poisson(7))


def test_an_empty_input_is_refused_or_gives_an_empty_recording():
    try:
        run = simulate(LIF, current=torch.zeros(0, 3))
    except ValueError as error:
        assert "step" in str(error)
    else:
        assert run.spikes.shape == (0, 3)


@pytest.mark.parametrize("names", [("w",), ("v", "w"), ["z"]])
def test_unknown_variables_are_named_with_those_there_are(names):
    with pytest.raises(ValueError) as error:
        simulate(LIF, current=constant(1.0, 5), record=names)
    assert names[-1] in str(error.value)
    assert "LIF has v, i" in str(error.value)


def test_spikes_into_a_neuron_without_spike_port_are_refused():
    with pytest.raises(ValueError, match="Izhikevich has no spike port: give its input as a current"):
        simulate(Izhikevich, spikes=poisson(5), p=tonic_spiking.p)


@pytest.mark.parametrize("allowed", [0, 1, 7])
def test_a_run_stops_when_asked(allowed):
    """Torch's own steps: it asks before every one, so not one more is computed."""
    asked = []

    def cancelled():
        asked.append(None)
        return len(asked) > allowed

    with pytest.raises(Cancelled):
        simulate(LIF, current=constant(1.0, 100), cancelled=cancelled, backend="eager")
    assert len(asked) == allowed + 1


def test_a_run_that_is_not_stopped_is_asked_once_a_step():
    asked = []
    run = simulate(LIF, current=constant(1.0, 10), cancelled=lambda: asked.append(None), backend="eager")
    assert isinstance(run, Recording)
    assert len(asked) == 10
