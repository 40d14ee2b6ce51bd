// Two trains of spikes that a hand sets in their plot: a press where there is none sets one, a drag moves it, a press on one
// takes it away. Meanwhile the page runs with them, where it can; the server hears when the hand is off.

/** @typedef {[number, number]} Tick time in ms, and line: 0 or 1 */

const NEAR = 7 // px from a spike that a hand means
const MOVED = 3 // px, from which on a press is a drag
const SHARE = 1000 // of the width, finer than which nobody sets

/** In order, each once. @param {Tick[]} ticks @returns {Tick[]} */
export function sorted(ticks) {
  const found = new Map(ticks.map(one => [one.join(), one]))
  return [...found.values()].sort(([t, line], [time, other]) => t - time || line - other)
}

/** The spike that a hand means: on its line, and near; -1 for none.
 * @param {Tick[]} ticks @param {Tick} at @param {number} reach in ms */
export function meant(ticks, [time, line], reach) {
  let found = -1, least = reach
  ticks.forEach(([t, other], k) => {
    if (other != line || Math.abs(t - time) > least) return
    least = Math.abs(t - time)
    found = k
  })
  return found
}

/** @param {string} tag @param {Record<string, any>} [more] @param {(Node | string)[]} children */
function made(tag, more = {}, ...children) {
  const one = Object.assign(document.createElement(tag), more)
  one.append(...children)
  return one
}

/** @param {{model: any, view: any}} given */
export function render({model, view}) {
  const doc = view.model.document, NAMES = ["A", "B"]
  let number = model.told.number, isHeld = false
  /** @type {Tick[]} */
  let ticks = []
  /** @type {any} the plot's view that looks as if one could press there */
  let dressed = null
  const message = made("p", {className: "message"})
  message.setAttribute("role", "status")
  const hint = made("small", {textContent: "A press in the plot sets a spike, a drag moves it, a press on it takes it away."})
  hint.style.cssText = "display: block; padding: 2px 10px 0"
  const fields = NAMES.map(name => made("input", {type: "text", autocomplete: "off", ariaLabel: `Spikes on ${name}, times in ms`}))
  const rows = made("ol", {ariaLabel: "Spikes"}, ...fields.map((field, k) => made("li", {}, made("small", {textContent: NAMES[k]}), field, made("small", {textContent: "ms"}))))
  rows.style.padding = "0 8px"
  const clear = /** @type {HTMLButtonElement} */ (made("button", {type: "button", textContent: "Clear"}))
  const root = made("div", {}, hint, rows, made("div", {className: "tools"}, clear), message)

  const plot = () => model.plot && doc.get_model_by_name(model.plot)
  const viewOf = () => plot() && /** @type {any} */ (globalThis).Bokeh.index.find_one(plot())
  /** Whether neither the server nor the page would run what is set. */
  const isAway = () => model.disabled && !/** @type {any} */ (globalThis).snnlabRuns?.has(model.owner)
  /** What the page runs with. */
  const run = () => document.dispatchEvent(new CustomEvent("snnlab-drawn", {detail: {owner: model.owner, points: sorted(ticks)}}))
  const begin = () => root.dispatchEvent(new Event("input", {bubbles: true, composed: true})) // the run before is now
  /** @param {Tick[] | string[]} what */
  const send = what => { model.drawn = {number: ++number, ticks: what} }
  /** @param {Tick[]} next */
  const put = next => {
    ticks = sorted(next)
    show()
    run()
    send(ticks)
  }
  for (const field of fields) field.addEventListener("change", () => send(fields.map(one => /** @type {HTMLInputElement} */ (one).value)))
  clear.addEventListener("click", () => put([]))

  const show = () => {
    fields.forEach((field, k) => {
      const one = /** @type {HTMLInputElement} */ (field)
      if (document.activeElement?.shadowRoot?.activeElement != one || !model.message) one.value = ticks.filter(([, line]) => line == k).map(([t]) => t).join(", ")
      one.disabled = model.disabled
    })
    hint.hidden = !model.plot
    clear.disabled = isAway() || !ticks.length
    message.textContent = model.message
    dress()
  }
  const dress = () => {
    const next = viewOf() || null
    if (dressed && dressed.el != next?.el) Object.assign(dressed.el.style, {touchAction: "", cursor: ""})
    dressed = next
    if (next) Object.assign(next.el.style, {touchAction: "pan-y", cursor: "crosshair"})
  }
  /** Where an event is, how many ms a pixel has, and whether it is in the frame. @param {any} view @param {PointerEvent} event */
  const placed = (view, event) => {
    const {left, top} = view.canvas_view.events_el.getBoundingClientRect(), {bbox, x_scale, y_scale} = view.frame
    const [x, y] = [event.clientX - left, event.clientY - top], {start, end, reset_end: limit} = plot().x_range
    const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(limit / SHARE))))
    const time = Number(Math.min(limit, end, Math.max(0, start, x_scale.invert(x))).toFixed(digits))
    const line = Math.min(plot().left[0].major_label_overrides.size, Math.max(1, Math.round(y_scale.invert(y)))) - 1
    const isInside = x >= bbox.left && x <= bbox.right && y >= bbox.top && y <= bbox.bottom
    return {at: /** @type {Tick} */ ([time, line]), reach: NEAR * (end - start) / bbox.width, isInside}
  }
  /** @param {PointerEvent} event */
  const down = event => {
    const view = viewOf()
    if (!view || isAway() || event.button || !event.isPrimary || !event.composedPath().includes(view.el)) return
    const {at, reach, isInside} = placed(view, event)
    if (!isInside) return
    event.stopPropagation() // no tool of the plot's own
    event.preventDefault()
    const base = ticks, known = meant(base, at, reach), others = base.filter((_, k) => k != known)
    let isMoved = false
    isHeld = true
    begin()
    /** @param {Tick[]} next */
    const set = next => {
      ticks = sorted(next)
      show()
      run()
    }
    if (known < 0) set([...others, at])
    /** @param {PointerEvent} now */
    const move = now => {
      if (!now.isPrimary || viewOf() != view) return
      isMoved ||= Math.abs(now.clientX - event.clientX) >= MOVED
      if (isMoved) set([...others, [placed(view, now).at[0], at[1]]])
    }
    /** @param {PointerEvent} now */
    const end = now => {
      if (!now.isPrimary) return
      for (const [kind, hear] of ears) document.removeEventListener(kind, hear, {capture: true})
      isHeld = false
      if (now.type == "pointercancel") put(base)
      else put(known < 0 || isMoved ? ticks : others)
    }
    const ears = /** @type {[string, any][]} */ ([["pointermove", move], ["pointerup", end], ["pointercancel", end]])
    for (const [kind, hear] of ears) document.addEventListener(kind, hear, {capture: true})
  }
  const follow = () => {
    if (model.told.number < number || isHeld) return // the hand is further on
    ticks = model.told.ticks
    show()
  }
  for (const name of ["plot", "message", "disabled"]) model.on(name, show)
  model.on("told", follow)
  document.addEventListener("pointerdown", down, {capture: true})
  const rests = new MutationObserver(dress) // plots come later than this
  rests.observe(document.documentElement, {attributes: true, attributeFilter: ["data-rests"]})
  model.on("remove", () => {
    rests.disconnect()
    document.removeEventListener("pointerdown", down, {capture: true})
  })
  follow()
  return root
}
