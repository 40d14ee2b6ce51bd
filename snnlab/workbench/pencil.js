// A current that a hand draws in the plot of the stimulus. What it paints takes the place of what was there meanwhile; all else
// stays. While it is drawn, the page runs with it, where it can; the server hears of each stroke at its end.

/** @typedef {[number, number]} Point time in ms, and value */
/** @typedef {{gap: number, limit: number, digits: [number, number], heights: [number, number], hold: boolean}} Grid `gap` between two
 * times and the end of the run in ms; digits of times and of values; least and greatest value */

const MOST = 60     // points of a stroke
const ROOM = 150    // points of all: so many an address has room for
const PARTS = 12    // of the run, where the points are too many
const NEAR = 0.006  // of the height: a point nearer to the line between others is left out
const SHARE = 1000  // of the width and of the height, finer than which nobody draws

/** Digits after the point of numbers of which some hundred or thousand lie in a range. @param {number} range */
const digitsOf = range => Math.min(8, Math.max(0, -Math.floor(Math.log10(range / SHARE))))

/** The value at a time: 0 where there is no point. @param {Point[]} points @param {number} t @param {boolean} hold */
export function valueAt(points, t, hold) {
  let k = points.length - 1
  while (k > 0 && points[k][0] > t) k -= 1
  const [point, next] = [points[k], points[k + 1]]
  if (!point) return 0
  if (!next || hold || t <= point[0]) return point[1]
  return point[1] + (next[1] - point[1]) / (next[0] - point[0]) * (t - point[0])
}

/** A stroke whose hand went from its newest point to another one: what it drew between them before is gone.
 * @param {Point[]} stroke by their times @param {Point} last @param {Point} next @returns {Point[]} */
export function painted(stroke, last, next) {
  const [from, until] = [last, next].map(([t]) => t).sort((a, b) => a - b)
  const kept = stroke.filter(([t]) => t < from || t > until)
  return [...kept, ...(from < until ? [last] : []), next].sort(([a], [b]) => a - b)
}

/** Points in which a stroke has taken the place of what was there. @param {Point[]} base @param {Point[]} stroke @param {Grid} grid */
export function replaced(base, stroke, {gap, limit, hold}) {
  const from = stroke[0][0] - gap, until = stroke[stroke.length - 1][0] + gap
  const before = base.filter(([t]) => t < from), after = base.filter(([t]) => t > until)
  /** @param {number} t @returns {Point[]} what was there right beside it */
  const edge = t => t >= 0 && t <= limit ? [[t, valueAt(base, t, hold)]] : []
  return [...before, ...edge(from), ...stroke, ...edge(until), ...after]
}

/** In as many digits as one can draw; of two at one time, the newer. @param {Point[]} points @param {Grid} grid @returns {Point[]} */
export function rounded(points, {digits: [time, value]}) {
  return [...new Map(points.map(([t, v]) => [Number(t.toFixed(time)), Number(v.toFixed(value))]))]
}

/** The points that say most, by Ramer, Douglas and Peucker: those farthest from the line between others, one after the other. Where
 * these are too many, what is too fine is lost all over: they are sought in as long parts of the run.
 * @param {Point[]} points @param {Grid} grid @returns {Point[]} */
export function thinned(points, grid, most = MOST) {
  const end = points.length - 1
  if (end < 2) return points
  const found = split(points, grid, [0, end], Infinity)
  if (found.length <= most) return found
  const times = Array.from({length: PARTS + 1}, (_, k) => points[0][0] + (points[end][0] - points[0][0]) * k / PARTS)
  const places = times.map(time => Math.max(0, points.filter(([t]) => t <= time).length - 1))
  return split(points, grid, [...new Set([...places, end])], most)
}

/** Points at these places, and those between that say most, up to so many.
 * @param {Point[]} points @param {Grid} grid @param {number[]} places @param {number} most @returns {Point[]} */
function split(points, {heights: [low, high], hold}, places, most) {
  /** Where a piece is farthest from its line, and how far. @param {number} from @param {number} until */
  const piece = (from, until) => {
    let far = from, most = 0
    for (let k = from + 1; k < until; k++) {
      const away = Math.abs(points[k][1] - valueAt([points[from], points[until]], points[k][0], hold)) / (high - low)
      if (away > most) [far, most] = [k, away]
    }
    return {from, until, far, away: Math.floor(Math.log2(most / NEAR))}
  }
  /** @typedef {ReturnType<typeof piece>} Piece */
  const width = (/** @type {Piece} */ {from, until}) => points[until][0] - points[from][0]
  const first = (/** @type {Piece} */ a, /** @type {Piece} */ b) => a.away > b.away || a.away == b.away && width(a) > width(b)
  const pieces = places.slice(1).map((place, k) => piece(places[k], place))
  while (pieces.length < most - 1) {
    const k = pieces.reduce((best, one, j) => first(one, pieces[best]) ? j : best, 0), {from, until, far, away} = pieces[k]
    if (away < 0) break
    pieces.splice(k, 1, piece(from, far), piece(far, until))
  }
  return [...pieces.map(({from}) => points[from]), points[points.length - 1]]
}

/** @param {string} tag @param {Record<string, any>} [more] @param {(Node | string)[]} children */
function made(tag, more = {}, ...children) {
  const one = Object.assign(document.createElement(tag), more)
  one.append(...children)
  return one
}

/** The points in their plot of Bokeh's, and the hand that draws there. */
class Sheet {
  /** @param {any} model @param {any} doc Bokeh's document @param {{begins: () => void, moves: (points: Point[]) => void, ends: (isDrawn: boolean) => void}} hand */
  constructor(model, doc, hand) {
    this.model = model
    this.doc = doc
    this.hand = hand
    this.isOn = true
    this.isDrawing = false
    this.isCoarse = false // what was drawn last is finer than its points
    /** @type {Point[]} */
    this.points = []
    /** @type {any} */
    this.source = null
    /** @type {any} */
    this.dressed = null
    this.hint = made("span", {textContent: "draw here", ariaHidden: "true"})
    this.hint.style.cssText = `position: absolute; inset: 0; display: grid; place-content: center; pointer-events: none;
      font: italic 13px var(--bokeh-base-font, sans-serif); color: ${model.color}`
    /** @param {PointerEvent} event */
    const hear = event => this.down(event)
    document.addEventListener("pointerdown", hear, {capture: true})
    this.close = () => {
      document.removeEventListener("pointerdown", hear, {capture: true})
      this.undress()
    }
  }

  get plot() {
    return this.model.plot && this.doc.get_model_by_name(this.model.plot)
  }

  get view() {
    return this.plot && /** @type {any} */ (globalThis).Bokeh.index.find_one(this.plot)
  }

  /** Whether neither the server nor the page would run what is drawn. */
  get isAway() {
    return this.model.disabled && !/** @type {any} */ (globalThis).snnlabRuns?.has(this.model.owner)
  }

  /** @returns {Grid} */
  get grid() {
    const {x_range: {reset_end: limit}} = this.plot, {low, high, lasting: hold} = this.model
    const heights = /** @type {[number, number]} */ ([low, high].map(one => this.valueOf(one)).sort((a, b) => a - b))
    const digits = /** @type {[number, number]} */ ([limit, heights[1] - heights[0]].map(digitsOf))
    return {gap: 10 ** -digits[0], limit, digits, heights, hold}
  }

  /** The value of a point that gives this current. @param {number} current */
  valueOf(current) {
    return (current - this.model.offset) / (this.model.gain || 1)
  }

  /** What shows in the plot that a hand may draw there. */
  dress() {
    const view = this.isOn ? this.view : null
    if (view?.el != this.dressed?.el) this.undress()
    if (!view) return
    this.dressed = view
    Object.assign(view.el.style, {touchAction: "none", cursor: "crosshair"})
    if (!this.hint.isConnected) view.shadow_el.append(this.hint)
    this.hint.style.display = this.points.length ? "none" : "grid"
    this.draw()
  }

  undress() {
    if (this.dressed) Object.assign(this.dressed.el.style, {touchAction: "", cursor: ""})
    this.hint.remove()
    this.source?.setv({data: {t: [], y: []}}, {sync: false})
    this.dressed = this.source = null
  }

  /** The points as marks, on the line of the run. */
  draw() {
    const {plot, model} = this
    if (!plot || !this.dressed) return
    this.source ??= this.add(plot)
    const t = this.points.map(([time]) => time), y = this.points.map(([, value]) => model.gain * value + model.offset)
    this.source.setv({data: {t, y}}, {sync: false})
  }

  /** @param {any} plot */
  add(plot) {
    const old = plot.renderers.find((/** @type {any} */ one) => one.name == "points")
    if (old) return old.data_source
    const make = (/** @type {string} */ kind, /** @type {object} */ values) => new (/** @type {any} */ (globalThis).Bokeh.Models.get(kind))(values)
    const source = make("ColumnDataSource", {data: {t: [], y: []}}), place = {x: {field: "t"}, y: {field: "y"}}
    const glyph = make("Scatter", {...place, size: 5, fill_color: this.model.color, line_color: this.model.color})
    const line = make("Line", {...place, line_color: this.model.color, line_alpha: 0.5, line_dash: [3, 3]})
    const renderers = [["points", glyph], ["points line", line]].map(([name, one]) => make("GlyphRenderer", {name, data_source: source, glyph: one}))
    plot.setv({renderers: [...plot.renderers, ...renderers]}, {sync: false})
    return source
  }

  /** @param {any} view @param {PointerEvent} event @returns {{point: Point, isInside: boolean}} */
  placed(view, event) {
    const {left, top} = view.canvas_view.events_el.getBoundingClientRect(), {bbox, x_scale, y_scale} = view.frame
    const [x, y] = [event.clientX - left, event.clientY - top]
    const {limit, heights: [low, high]} = this.grid, {start, end} = this.plot.x_range
    const t = Math.min(limit, end, Math.max(0, start, x_scale.invert(x)))
    const value = Math.min(high, Math.max(low, this.valueOf(y_scale.invert(y))))
    return {point: [t, value], isInside: x >= bbox.left && x <= bbox.right && y >= bbox.top && y <= bbox.bottom}
  }

  /** A stroke, until the hand is off. @param {PointerEvent} event */
  down(event) {
    const view = this.isOn ? this.view : null
    if (!view || this.isAway || event.button || !event.isPrimary || !event.composedPath().includes(view.el)) return
    const begin = this.placed(view, event), base = this.points
    if (!begin.isInside) return
    event.stopPropagation() // no tool of the plot's own
    event.preventDefault()
    let last = begin.point, stroke = [last]
    this.isDrawing = true
    this.hand.begins()
    /** @param {PointerEvent} event */
    const move = event => {
      if (!event.isPrimary) return
      if (this.view != view) { // another neuron has other plots
        end(event)
        return
      }
      const {point} = this.placed(view, event)
      stroke = painted(stroke, last, point)
      last = point
      if (stroke.length < 2) return
      const {grid} = this, drawn = thinned(rounded(stroke, grid), grid), all = rounded(replaced(base, drawn, grid), grid)
      this.isCoarse = drawn.length >= MOST || all.length > ROOM
      this.show(all.length > ROOM ? thinned(all, grid, ROOM) : all)
      this.hand.moves(this.points)
    }
    /** @param {PointerEvent} event */
    const end = event => {
      if (!event.isPrimary) return
      for (const [kind, hear] of ears) document.removeEventListener(kind, hear, {capture: true})
      this.isDrawing = false
      this.hand.ends(stroke.length > 1)
    }
    const ears = /** @type {[string, any][]} */ ([["pointermove", move], ["pointerup", end], ["pointercancel", end]])
    for (const [kind, hear] of ears) document.addEventListener(kind, hear, {capture: true})
  }

  /** @param {Point[]} points */
  show(points) {
    this.points = points
    this.dress()
  }
}

/** The points as fields: `typed(texts)` hears of all of them. */
class Fields {
  /** @param {(texts: string[][]) => void} typed */
  constructor(typed) {
    this.typed = typed
    this.summary = made("summary")
    this.list = made("ol", {ariaLabel: "Points"})
    this.add = made("button", {type: "button", textContent: "+ Add a point"})
    this.add.addEventListener("click", () => {
      const [time = "0", value = "0"] = this.texts().at(-1) ?? []
      const later = this.list.children.length ? String(Number((Number(time) + 10).toPrecision(6))) : "0"
      this.typed([...this.texts(), [later, value]])
      const field = /** @type {HTMLElement | null} */ (this.list.querySelector("li:last-child input"))
      field?.focus()
    })
    this.root = /** @type {HTMLDetailsElement} */ (made("details", {}, this.summary, this.list, this.add))
  }

  texts() {
    return [...this.list.children].map(row => [...row.querySelectorAll("input")].map(({value}) => value))
  }

  /** @param {Point[]} points @param {string} unit @param {boolean} disabled */
  show(points, unit, disabled) {
    this.summary.textContent = points.length ? `${points.length} point${points.length > 1 ? "s" : ""}, as numbers` : "no points yet: type some"
    while (this.list.children.length > points.length) this.list.lastChild?.remove()
    while (this.list.children.length < points.length) this.list.append(this.row(this.list.children.length))
    points.forEach((point, k) => {
      const row = this.list.children[k]
      row.querySelectorAll("input").forEach((field, j) => {
        field.value = String(point[j])
        field.disabled = disabled
      })
      row.querySelectorAll("small")[1].textContent = unit
    })
    for (const one of this.root.querySelectorAll("button")) one.disabled = disabled
  }

  /** @param {number} k */
  row(k) {
    const fields = ["time in ms", "value"].map(what => made("input", {type: "text", inputMode: "decimal", autocomplete: "off", ariaLabel: `Point ${k + 1}, ${what}`}))
    for (const one of fields) one.addEventListener("change", () => this.typed(this.texts()))
    const remove = made("button", {type: "button", textContent: "×", ariaLabel: `Remove point ${k + 1}`})
    remove.addEventListener("click", () => this.typed(this.texts().filter((_, j) => j != k)))
    return made("li", {}, fields[0], made("small", {textContent: "ms"}), fields[1], made("small"), remove)
  }
}

/** @param {{model: any, view: any}} given */
export function render({model, view}) {
  let number = model.told.number
  const message = made("p", {className: "message"})
  message.setAttribute("role", "status")
  /** @param {Point[] | string[][]} points */
  const send = points => { model.drawn = {number: ++number, points} }
  /** What the page runs with. @param {Point[]} points */
  const run = points => document.dispatchEvent(new CustomEvent("snnlab-drawn", {detail: {owner: model.owner, points}}))
  const sheet = new Sheet(model, view.model.document, {
    begins: () => root.dispatchEvent(new Event("input", {bubbles: true, composed: true})), // the run before is now
    moves: run,
    ends: isDrawn => {
      if (!isDrawn) follow()
      else {
        send(sheet.points)
        show()
      }
    },
  })
  const fields = new Fields(send)
  const pencil = /** @type {HTMLInputElement} */ (made("input", {type: "checkbox", checked: true}))
  const choice = made("label", {title: "Press and drag in the plot of the stimulus; off, a drag there zooms"}, pencil, "✎ draw in the plot")
  const clear = /** @type {HTMLButtonElement} */ (made("button", {type: "button", textContent: "Clear"}))
  pencil.addEventListener("change", () => {
    sheet.isOn = pencil.checked
    sheet.dress()
  })
  clear.addEventListener("click", () => {
    sheet.isCoarse = false
    sheet.show([])
    run([])
    send([])
    show()
  })
  const root = made("div", {}, made("div", {className: "tools"}, choice, clear), fields.root, message)
  const show = () => {
    choice.hidden = !model.plot
    clear.disabled = sheet.isAway || !sheet.points.length
    fields.show(sheet.points, model.unit, model.disabled)
    message.textContent = model.message || (sheet.isCoarse ? `A stroke has at most ${MOST} points, and all together ${ROOM}: it is coarser than it was drawn.` : "")
    sheet.dress()
  }
  const follow = () => {
    if (model.told.number < number || sheet.isDrawing) return // the hand is further on
    sheet.show(model.told.points)
    show()
  }
  for (const name of ["plot", "unit", "message", "disabled", "gain", "offset", "lasting"]) model.on(name, show)
  model.on("told", follow)
  const rests = new MutationObserver(() => sheet.dress()) // plots come later than this
  rests.observe(document.documentElement, {attributes: true, attributeFilter: ["data-rests"]})
  model.on("remove", () => {
    rests.disconnect()
    sheet.close()
  })
  follow()
  return root
}
