// The present value in a plot over that value: a line that follows its knob, and a drag or a click that moves the knob.

/** A finger drags sideways in a plot, and scrolls up and down: once the plot is there. @param {any} plot @param {number} [frames] */
function scrolled(plot, frames = 100) {
  const shown = /** @type {any} */ (globalThis).Bokeh.index.find_one(plot)
  if (shown?.canvas_view) shown.canvas_view.events_el.style.touchAction = "pan-y"
  else if (frames) requestAnimationFrame(() => scrolled(plot, frames - 1))
}

/** Not to be seen itself: `model.args` has the ids of the `plot` and of the source of the line, `here`, and the name of the
 * `knob`, "" for none; the line stands at the knob's value and `offset`. @param {{model: any, view: any}} given */
export function render({model, view}) {
  const {document: page} = view.model
  const heard = new Set()
  /** @param {any} event of Bokeh */
  const drag = event => {
    const knob = /** @type {any} */ (globalThis).snnlabKnobs?.get(model.args.knob)
    if (Number.isFinite(event.x)) knob?.turn(event.x - model.args.offset)
  }
  /** @param {Event} event */
  const move = event => {
    const {name, value} = /** @type {CustomEvent} */ (event).detail
    const here = name == model.args.knob && page.get_model_by_id(model.args.here)
    if (here) here.setv({data: {...here.data, x: [value + model.args.offset]}}, {sync: false})
  }
  const listen = () => {
    const plot = page.get_model_by_id(model.args.plot ?? "")
    if (!plot || heard.has(plot.id)) return
    heard.add(plot.id)
    for (const name of ["panstart", "pan", "tap"]) plot.on_event(name, drag)
    page.event_manager.subscribed_models.add(plot)
    scrolled(plot)
  }
  document.addEventListener("snnlab-moved", move)
  model.on("args", listen)
  model.on("remove", () => document.removeEventListener("snnlab-moved", move))
  listen()
  return document.createElement("span")
}
