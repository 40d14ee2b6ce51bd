// Two trains of spikes that a hand sets in their plot: a press where there is none sets one, a drag moves it, a press on one
// takes it away. Meanwhile the page runs with them, where it can; the server hears when the hand is off.

/** @typedef {[number, number]} Tick time in ms, and line: 0 or 1 */

const NEAR = 7 // px from a spike that a hand means
const MOVED = 3 // px, from which on a press is a drag
const SHARE = 1000 // of the width, finer than which nobody sets
const NAMES = ["A", "B"]
const HINT = "A press in the plot sets a spike, a drag moves it, a press on it takes it away."

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

/** The plot of both lines, and the hand that sets spikes there. */
class Board {
  /** @param {any} model @param {any} doc Bokeh's document
   * @param {{begins: () => void, moves: (ticks: Tick[]) => void, ends: (ticks: Tick[]) => void}} hand */
  constructor(model, doc, hand) {
    this.model = model
    this.doc = doc
    this.hand = hand
    this.isHeld = false
    /** @type {Tick[]} */
    this.ticks = []
    /** @type {any} the plot's view that looks as if one could press there */
    this.dressed = null
    const hear = (/** @type {PointerEvent} */ event) => this.down(event)
    document.addEventListener("pointerdown", hear, {capture: true})
    this.close = () => document.removeEventListener("pointerdown", hear, {capture: true})
  }

  get plot() {
    return this.model.plot && this.doc.get_model_by_name(this.model.plot)
  }

  get view() {
    return this.plot && /** @type {any} */ (globalThis).Bokeh.index.find_one(this.plot)
  }

  /** Whether neither the server nor the page would run what is set. */
  get isAway() {
    return this.model.disabled && !/** @type {any} */ (globalThis).snnlabRuns?.has(this.model.owner)
  }

  dress() {
    const next = this.view || null
    if (this.dressed && this.dressed.el != next?.el) Object.assign(this.dressed.el.style, {touchAction: "", cursor: ""})
    this.dressed = next
    if (next) Object.assign(next.el.style, {touchAction: "pan-y", cursor: "crosshair"})
  }

  /** Where an event is, how many ms a hand may be off, and whether it is in the frame. @param {any} view @param {PointerEvent} event */
  placed(view, event) {
    const {left, top} = view.canvas_view.events_el.getBoundingClientRect(), {bbox, x_scale, y_scale} = view.frame
    const [x, y] = [event.clientX - left, event.clientY - top], {start, end, reset_end: limit} = this.plot.x_range
    const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(limit / SHARE))))
    const time = Number(Math.min(limit, end, Math.max(0, start, x_scale.invert(x))).toFixed(digits))
    const lines = this.plot.left[0].major_label_overrides.size, line = Math.min(lines, Math.max(1, Math.round(y_scale.invert(y)))) - 1
    const isInside = x >= bbox.left && x <= bbox.right && y >= bbox.top && y <= bbox.bottom
    return {at: /** @type {Tick} */ ([time, line]), reach: NEAR * (end - start) / bbox.width, isInside}
  }

  /** A spike is set, moved or taken away, until the hand is off. @param {PointerEvent} event */
  down(event) {
    const view = this.view
    if (!view || this.isAway || event.button || !event.isPrimary || !event.composedPath().includes(view.el)) return
    const {at, reach, isInside} = this.placed(view, event)
    if (!isInside) return
    event.stopPropagation() // no tool of the plot's own
    event.preventDefault()
    const base = this.ticks, known = meant(base, at, reach), others = base.filter((_, k) => k != known)
    let isMoved = false
    this.isHeld = true
    this.hand.begins()
    if (known < 0) this.hand.moves([...others, at])
    /** @param {PointerEvent} now */
    const move = now => {
      if (!now.isPrimary || this.view != view) return
      isMoved ||= Math.abs(now.clientX - event.clientX) >= MOVED
      if (isMoved) this.hand.moves([...others, [this.placed(view, now).at[0], at[1]]])
    }
    /** @param {PointerEvent} now */
    const end = now => {
      if (!now.isPrimary) return
      for (const [kind, hear] of ears) document.removeEventListener(kind, hear, {capture: true})
      this.isHeld = false
      this.hand.ends(now.type == "pointercancel" ? base : known < 0 || isMoved ? this.ticks : others)
    }
    const ears = /** @type {[string, any][]} */ ([["pointermove", move], ["pointerup", end], ["pointercancel", end]])
    for (const [kind, hear] of ears) document.addEventListener(kind, hear, {capture: true})
  }
}

/** The times on each line as a field: `typed(texts)` hears of both. @param {(texts: string[]) => void} typed */
function fieldsOf(typed) {
  const fields = /** @type {HTMLInputElement[]} */ (NAMES.map(name => made("input", {type: "text", autocomplete: "off", ariaLabel: `Spikes on ${name}, times in ms`})))
  for (const field of fields) field.addEventListener("change", () => typed(fields.map(({value}) => value)))
  const rows = fields.map((field, k) => made("li", {}, made("small", {textContent: NAMES[k]}), field, made("small", {textContent: "ms"})))
  return {fields, list: made("ol", {ariaLabel: "Spikes"}, ...rows)}
}

/** @param {{model: any, view: any}} given */
export function render({model, view}) {
  let number = model.told.number
  const message = made("p", {className: "message"}), hint = made("small", {textContent: HINT})
  message.setAttribute("role", "status")
  hint.style.cssText = "display: block; padding: 2px 10px 0"
  /** @param {Tick[] | string[]} points */
  const send = points => { model.drawn = {number: ++number, points} }
  /** Show these, and let the page run with them. @param {Tick[]} next */
  const set = next => {
    board.ticks = sorted(next)
    show()
    document.dispatchEvent(new CustomEvent("snnlab-drawn", {detail: {owner: model.owner, points: board.ticks}}))
  }
  /** @param {Tick[]} next */
  const put = next => {
    set(next)
    send(board.ticks)
  }
  const begins = () => root.dispatchEvent(new Event("input", {bubbles: true, composed: true})) // the run before is now
  const board = new Board(model, view.model.document, {begins, moves: set, ends: put})
  const {fields, list} = fieldsOf(send)
  list.style.padding = "0 8px"
  const clear = /** @type {HTMLButtonElement} */ (made("button", {type: "button", textContent: "Clear"}))
  clear.addEventListener("click", () => put([]))
  const root = made("div", {}, hint, list, made("div", {className: "tools"}, clear), message)
  const show = () => {
    fields.forEach((field, k) => {
      field.value = board.ticks.filter(([, line]) => line == k).map(([t]) => t).join(", ")
      field.disabled = model.disabled
    })
    hint.hidden = !model.plot
    clear.disabled = board.isAway || !board.ticks.length
    message.textContent = model.message
    board.dress()
  }
  const follow = () => {
    if (model.told.number < number || board.isHeld) return // the hand is further on
    board.ticks = model.told.points
    show()
  }
  for (const name of ["plot", "message", "disabled"]) model.on(name, show)
  model.on("told", follow)
  const rests = new MutationObserver(() => board.dress()) // plots come later than this
  rests.observe(document.documentElement, {attributes: true, attributeFilter: ["data-rests"]})
  model.on("remove", () => {
    rests.disconnect()
    board.close()
  })
  follow()
  return root
}
