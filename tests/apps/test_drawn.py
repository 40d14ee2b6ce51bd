"""A hand that draws a stimulus in its plot: what the page runs meanwhile, what the server makes of it, and fields."""

from importlib.resources import files

import numpy as np
import pytest

from snnlab.models import STIMULI
from tests.apps.tabs import WIDE, address, changed, choose, opened
from tests.apps.test_access import faults
from tests.apps.test_here import PLOTS, page_way, same_as_the_server

# Where the plot of the stimulus is in the page.
FRAME = """() => {
  const plot = [...Bokeh.documents[0].all_models].find(one => one.name?.endsWith(".I"))
  const view = Bokeh.index.find_one(plot)
  const {left, top} = view.canvas_view.events_el.getBoundingClientRect(), {bbox} = view.frame
  return [left + bbox.left, top + bbox.top, bbox.width, bbox.height]
}"""
DRAWN = """() => [...Bokeh.documents[0].all_models]
  .map(one => one.data?.attributes?.drawn?.points).find(Boolean)"""
MOST = 60


@pytest.fixture(scope="module")
def tab(shared_page, served):
    found = shared_page(served.explorer, **WIDE)
    opened(found, 4)
    with changed(found):
        choose(found, "stimulus", "drawn by hand (points)")
    return found


def with_points(tab, served, points):
    """The page with these points, whatever was there."""
    tab.goto(f"{served.explorer}&v=2&neuron=LIF&s=Table&s.points={points}&r.dt=0.2")
    opened(tab, 4)


def move(tab, *places, steps=4):
    """The pointer goes to these parts of the width and height of the plot."""
    left, top, width, height = tab.evaluate(FRAME)
    for x, y in places:
        tab.mouse.move(left + x * width, top + (1 - y) * height, steps=steps)


def test_the_neuron_answers_while_it_is_drawn(tab):
    if not tab.get_by_text("draw here").is_visible():  # another test was here before
        with changed(tab):
            tab.get_by_role("button", name="Clear").click()
    assert tab.get_by_text("draw here").is_visible()
    page_way(tab)
    move(tab, (0.1, 0.2))
    tab.mouse.down()
    move(tab, (0.2, 0.9), (0.7, 0.8), (0.75, 0.2))
    live = tab.evaluate(PLOTS)
    assert max(live["I"]["data"][0]["y"]) > 1.5 and len(live["v"]["data"][1]["t"]) > 3
    with changed(tab):
        tab.mouse.up()
    same_as_the_server(tab)
    assert tab.evaluate(PLOTS)["v"] == live["v"], "it has the points that were drawn"
    assert not tab.get_by_text("draw here").is_visible()


def test_a_stroke_takes_the_place_of_what_was_there(tab, served):
    before = [[10, 0.5], [20, 2], [60, 1.5], [75, 0.25]]
    with_points(tab, served, ";".join(f"{t:g},{v:g}" for t, v in before))
    wiggle = [(0.4 + 0.001 * k, 0.5 + 0.3 * (-1) ** k) for k in range(0, 100, 2)]
    with changed(tab):
        move(tab, wiggle[0])
        tab.mouse.down()
        move(tab, *wiggle, steps=1)
        tab.mouse.up()
    after = tab.evaluate(DRAWN)
    times = [t for t, _ in after]
    assert len(after) <= len(before) + MOST + 2 and times == sorted(set(times))
    outside = [point for point in before if point[0] < 39]
    assert [point for point in after if point[0] < 39] == outside
    with changed(tab):
        tab.get_by_role("button", name="Undo").click()
    address(tab, "s.points=" + ";".join(f"{t:g},{v:g}" for t, v in before))


def test_without_a_pencil_a_drag_zooms(tab):
    pencil = tab.get_by_role("checkbox", name="draw in the plot")
    pencil.uncheck()
    points = tab.evaluate(DRAWN)
    move(tab, (0.2, 0.5))
    tab.mouse.down()
    move(tab, (0.6, 0.5))
    tab.mouse.up()
    tab.wait_for_function(f"() => ({PLOTS})().I.time[0] > 10")
    assert tab.evaluate(DRAWN) == points
    pencil.check()


def test_points_are_fields_for_whoever_has_no_mouse(tab, served):
    with_points(tab, served, "5,1")
    with changed(tab):
        tab.get_by_role("button", name="Clear").click()
    tab.get_by_text("no points yet: type some").click()
    add = tab.get_by_role("button", name="+ Add a point")
    for time, value in (("0", "0"), ("30", "1.5")):
        with changed(tab):
            add.press("Enter")
        k = 1 if time == "0" else 2
        for what, text in (("time in ms", time), ("value", value)):
            field = tab.get_by_role("textbox", name=f"Point {k}, {what}")
            if field.input_value() != text:
                with changed(tab):
                    field.fill(text)
                    field.press("Enter")
    address(tab, "s.points=0,0;30,1.5")
    field = tab.get_by_role("textbox", name="Point 2, time in ms")
    field.fill("late")
    field.press("Enter")
    tab.get_by_text("time = 'late' is not a number").wait_for()
    assert field.input_value() == "30"
    assert faults(tab) == []


def run_module(tab, name, script, given):
    """What JavaScript gives that has the exports of a module of the workbench, and what is given, by their names."""
    text = files("snnlab.workbench").joinpath(f"{name}.js").read_text()
    code = f"""async ([text, given]) => {{
      const module = await import(URL.createObjectURL(new Blob([text], {{type: "text/javascript"}})))
      return (({script}))(module, given)
    }}"""
    return tab.evaluate(code, [text, given])


@pytest.mark.parametrize("points", [[], [[30, 1]], [[0.3, 1], [0.4, -2.5], [20, 7], [90, 0.1]]])
@pytest.mark.parametrize("between", ["linear", "hold"])
def test_points_are_sampled_to_the_bit(tab, points, between):
    values, dt, cuts, steps = {"gain": 1.7, "offset": -0.3}, 0.1, 3, 3000
    table = values | {"hold": between == "hold", "dt": dt, "cuts": cuts}
    script = "({sampled}, [points, table, steps]) => Array.from(sampled(points, table, steps))"
    found = run_module(tab, "points", script, [points, table, steps])
    wanted = STIMULI["Table"](source=points, between=between, **values).sample(steps // cuts, dt)
    np.testing.assert_array_equal(np.float32(found), wanted.float().numpy().repeat(cuts))


def test_what_is_too_fine_is_lost_all_over(tab):
    """Of a hundred equal corners sixty are left, in each quarter of the run as many."""
    t = np.linspace(0, 100, 101)
    grid = {"gap": 0.1, "limit": 100, "digits": [1, 3], "heights": [-2, 4], "hold": False}
    script = "({thinned}, [points, grid]) => thinned(points, grid)"
    left = np.array(run_module(tab, "pencil", script, [np.stack([t, np.arange(101) % 2], 1).tolist(), grid]))[:, 0]
    counts, _ = np.histogram(left, bins=4, range=(0, 100))
    assert len(left) == 60 and counts.min() >= 12


def test_the_points_of_a_stroke_that_say_most_are_kept(tab):
    """A polygon is its corners; of a sine, no point is farther from the line than what is left out, in at most 60."""
    t = np.linspace(0, 100, 801)
    grid = {"gap": 0.1, "limit": 100, "digits": [1, 3], "heights": [-2, 4], "hold": False}
    script = "({thinned}, [points, grid]) => thinned(points, grid)"
    corners = np.interp(t, [0, 25, 50, 100], [0, 3, -1, 0.5])
    assert run_module(tab, "pencil", script, [np.stack([t, corners], 1).tolist(), grid]) == pytest.approx(
        np.array([[0, 0], [25, 3], [50, -1], [100, 0.5]])
    )
    sine = np.sin(t / 5)
    kept = np.array(run_module(tab, "pencil", script, [np.stack([t, sine], 1).tolist(), grid]))
    assert 10 < len(kept) <= MOST and np.abs(np.interp(t, *kept.T) - sine).max() <= 0.006 * 6 + 1e-9


def test_a_stroke_leaves_points_beside_it_as_they_are(tab, served):
    """Also those that say little."""
    there = "0,1;20,1.03;40,1;60,0.97;80,1"
    with_points(tab, served, there)
    with changed(tab):
        move(tab, (0.9, 0.5))
        tab.mouse.down()
        move(tab, (0.92, 0.4), (0.93, 0.8))
        tab.mouse.up()
    address(tab, "s.points=" + there)
    assert len(tab.evaluate(DRAWN)) > 5
