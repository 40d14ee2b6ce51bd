// What stands in the plots over time beside a run: its potentials at rest, at the threshold and after a spike; the run before
// the last change; pinned runs; when a response is where; and the values under the pointer. All of it follows from what the
// plots show, whoever fed them, and is drawn by the page itself: no server hears of it.

/** @typedef {{t: ArrayLike<number>, y: ArrayLike<number>}} Line */
/** @typedef {{color: string, lines: Record<string, Line & {unit: string}>}} Pin a pinned run, in a colour of its own */
/** @typedef {{t: number, y: number, after: number, up: boolean}} Point `after` the onset; whether it lies above where v was */
/** @typedef {{t: number, y: number, words: string, side: "above" | "below" | "over"}} Mark `over`: in the middle above it */
/** @typedef {{key: string, plot: any, source: any, potential: boolean, levels: any, others: any, marks: any, words: any, readout: HTMLElement}} Traced */

const REST = 600 // ms without a hand, after which a gesture begins
const PALE = 0.4
const SHARE = 1 - Math.exp(-1)
const PAST = "pale: the run before"
const NAMES = {peak: "threshold", reset: "reset", rest: "rest"}
const WIDTH = {peak: 58, reset: 36, rest: 30} // px of words
const LINE = 14 // px, nearer than which they stand side by side
const LETTERS = {text_font_size: "11px", text_font_style: "italic"}

/** The sample at a time. @param {ArrayLike<number>} t ascending @param {number} time */
function nearest(t, time) {
  let low = 0, high = t.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (t[middle] < time) low = middle + 1
    else high = middle
  }
  return low > 0 && time - t[low - 1] < t[low] - time ? low - 1 : low
}

/** A number as it is read in a frame of this height, to a thousandth of it or so. @param {number} value @param {number} height */
export function read(value, height) {
  const digits = Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(height || 1))))
  const text = value.toFixed(digits)
  return (Number(text) ? text : text.replace("-", "")).replace("-", "−")
}

/** When a step of current sets in and is over, or a single spike comes; null for any other stimulus.
 * @param {Line | undefined} current @param {Line | undefined} arrivals */
export function stimulusOf(current, arrivals) {
  const {t, y} = current ?? {t: [], y: []}
  /** @type {number[]} */
  const edges = []
  for (let k = 1; k < y.length && edges.length < 3; k++) if (y[k] != y[k - 1]) edges.push(t[k - 1])
  const spikes = arrivals?.t.length ?? 0, first = y[0] ?? 0, last = y[y.length - 1] ?? 0
  if (spikes == 1 && !edges.length && !first) return {step: false, onset: Number(arrivals?.t[0]), end: Infinity}
  if (spikes || edges.length > 2 || edges.length == 2 && first != last) return null
  if (edges.length == 2) return {step: true, onset: edges[0], end: edges[1]}
  if (edges.length == 1) return last ? {step: true, onset: edges[0], end: Infinity} : {step: true, onset: 0, end: edges[0]}
  return first ? {step: true, onset: 0, end: Infinity} : null
}

/** Where a response that never spikes has come to 63 % of its way, and where its peak is: times from the onset, in ms.
 * @param {Line} v @param {NonNullable<ReturnType<typeof stimulusOf>>} stimulus
 * @returns {{level?: Point, peak?: Point}} */
export function response({t, y}, {step, onset, end}) {
  const first = Array.from(t).findIndex(one => one > onset * (1 + 1e-6) + 1e-9)
  if (first < 0 || y.length - first < 4) return {}
  // before the first sample: as far from it as an exponential comes from
  const [one, two] = [y[1] - y[0], y[2] - y[1]]
  const base = first ? y[first - 1] : one && two ? y[0] - one * Math.min(2, Math.max(0, one / two)) : y[0]
  let last = y.length - 1
  while (t[last] > end * (1 + 1e-6)) last -= 1
  let top = first
  for (let k = first; k < y.length; k++) if (Math.abs(y[k] - base) > Math.abs(y[top] - base)) top = k
  const height = y[top] - base, plateau = y[last] - base
  if (!height || Math.abs(height) < 1e-6 * Math.abs(base)) return {}
  /** @type {ReturnType<typeof response>} */
  const found = {}
  const isSettled = step && Math.abs(y[last] - y[first + Math.floor(0.8 * (last - first))]) < 0.02 * Math.abs(plateau)
  if (isSettled) {
    const wanted = base + SHARE * plateau, up = Math.sign(plateau)
    let k = first
    while (k < last && up * (y[k] - wanted) < 0) k += 1
    const before = k ? y[k - 1] : base, from = k > first ? t[k - 1] : onset
    const time = from + (wanted - before) / (y[k] - before) * (t[k] - from)
    found.level = {t: time, y: wanted, after: time - onset, up: up > 0}
  }
  const falls = Math.abs(y[y.length - 1] - base) < 0.98 * Math.abs(height)
  if (falls && (!isSettled || Math.abs(height) > 1.02 * Math.abs(plateau))) found.peak = {t: t[top], y: y[top], after: t[top] - onset, up: height > 0}
  return found
}

/** Which lines of a timing diagram, one after the other with gaps, are 1 at a time: `diagram` of pictures.js.
 * @param {Line} lines @param {number} time @returns {number[]} */
export function linesAt({t, y}, time) {
  /** @type {number[]} */
  const found = []
  let now = 0
  for (let k = 0; k < t.length; k++) {
    if (Number.isNaN(y[k])) found.push(now)
    else if (t[k] <= time || Number.isNaN(y[k - 1] ?? NaN)) now = Number(y[k] < found.length + 1)
  }
  return found
}

/** All that is beside a run in a column of plots. */
export class Traces {
  /** @param {any} bokeh @param {any} figure a column of plots @param {Record<string, string>} colors of levels */
  constructor(bokeh, figure, colors) {
    this.bokeh = bokeh
    this.figure = figure
    this.colors = colors
    /** @type {Traced[]} */
    this.traced = []
    /** @type {(() => void)[]} takes back what was connected */
    this.ends = []
    /** @type {Pin[]} */
    this.pins = []
    this.withGhost = true
    /** @type {Map<string, Line>} the run before the last change, by the keys of rows */
    this.ghost = new Map()
    /** @type {Map<string, Line> | null} what was shown when a hand began */
    this.before = null
    this.hand = {fresh: true, last: -Infinity, held: false}
    this.isWaiting = false
    /** @type {number | null} under the pointer */
    this.time = null
    this.hasGhost = false // to be seen
    const attach = () => this.attach()
    figure.properties.children.change.connect(attach)
    this.forgets = [() => figure.properties.children.change.disconnect(attach), this.watchHand()]
    this.attach()
  }

  /** Hear of plots that there are, again when there are others. */
  attach() {
    for (const end of this.ends) end()
    const before = new Map(this.traced.map(one => [one.plot, one]))
    this.traced = this.figure.children.map((/** @type {any} */ plot) => before.get(plot) ?? this.trace(plot))
    this.ends = this.traced.flatMap(one => this.listen(one))
    this.change()
  }

  /** @param {any} plot @returns {Traced} */
  trace(plot) {
    const [{data_source: source, glyph}] = plot.renderers
    const readout = document.createElement("span")
    readout.className = "readout"
    readout.ariaHidden = "true" // it follows a pointer
    readout.style.cssText = `position: absolute; right: 18px; top: 0; font: 12px/16px var(--bokeh-base-font, sans-serif);
      font-variant-numeric: tabular-nums; pointer-events: none; color: ${glyph.line_color?.value ?? "inherit"}`
    const key = plot.name.split(".").at(-1), potential = plot.tags.length > 0
    return {key, plot, source, potential, levels: null, others: null, marks: null, words: null, readout}
  }

  /** @param {Traced} one */
  listen({plot, source}) {
    /** @type {[any, () => void][]} */
    const signals = [
      [source.properties.data.change, () => this.change()],
      [plot.properties.tags.change, () => this.change()],
      [plot.properties.visible.change, () => this.change()],
      [plot.x_range.change, () => this.change()],
      [plot.properties.inner_height.change, () => this.change()],
    ]
    let over = true
    plot.on_event("mousemove", (/** @type {any} */ event) => { if (over) this.point(event.x) })
    plot.on_event("mouseleave", () => { if (over) this.point(null) })
    plot.document?.event_manager.subscribed_models.add(plot)
    for (const [signal, hear] of signals) signal.connect(hear)
    return [() => { over = false }, ...signals.map(([signal, hear]) => () => { signal.disconnect(hear) })]
  }

  /** A gesture begins when a hand first moves after a rest; what a click changes is one as well. */
  watchHand() {
    const {hand} = this
    /** @param {Event} event */
    const hear = event => {
      const now = performance.now(), [target] = event.composedPath()
      if (event.type == "pointerup" || event.type == "pointercancel") hand.held = false
      if (event.type == "pointerdown") Object.assign(hand, {held: true, fresh: true})
      const isClick = event.type == "click" && !(target instanceof HTMLElement && target.matches("input, select, label"))
      if (event.type != "input" && !isClick) return
      if (isClick || hand.fresh || !hand.held && now - hand.last > REST) {
        this.before = new Map(this.shown().map(({key, source}) => [key, source.data]))
      }
      Object.assign(hand, {last: now, fresh: false})
    }
    const kinds = ["pointerdown", "pointerup", "pointercancel", "input", "click"]
    for (const kind of kinds) document.addEventListener(kind, hear, {capture: true, passive: true})
    return () => { for (const kind of kinds) document.removeEventListener(kind, hear, {capture: true}) }
  }

  close() {
    for (const end of [...this.ends, ...this.forgets]) end()
    for (const {readout} of this.traced) readout.remove()
  }

  /** Plots of lines that are to be seen. */
  shown() {
    return this.traced.filter(({plot}) => plot.visible && plot.renderers[0].glyph.type == "Line")
  }

  /** Something else is shown: draw once for all that changes now. */
  change() {
    if (this.isWaiting) return
    this.isWaiting = true
    queueMicrotask(() => {
      this.isWaiting = false
      this.draw()
    })
  }

  draw() {
    const shown = this.shown()
    if (this.before && shown.some(({key, source}) => this.before?.get(key) != source.data)) {
      this.ghost = this.before
      this.before = null
    }
    let hasGhost = false
    for (const one of shown) {
      hasGhost = this.drawOthers(one) || hasGhost
      if (one.plot.tags.length) this.drawLevels(one, shown)
    }
    if (hasGhost == this.hasGhost) return
    this.hasGhost = hasGhost
    this.point(this.time)
  }

  /** The run before, and pinned ones; whether that before is to be seen. @param {Traced} one */
  drawOthers(one) {
    const {key, plot, source} = one
    const own = plot.renderers[0].glyph.line_color.value
    /** @type {{line: Line, color: string, alpha: number}[]} */
    const lines = []
    const ghost = this.withGhost && this.ghost.get(key) || source.data, hasGhost = ghost != source.data
    if (hasGhost) lines.push({line: ghost, color: own, alpha: PALE})
    for (const {color, lines: pinned} of this.pins) {
      if (pinned[key]?.unit == unitOf(plot).unit) lines.push({line: pinned[key], color, alpha: 1})
    }
    if (!one.others && !lines.length) return false
    one.others ??= this.add(one, "others", "MultiLine", ["xs", "ys", "color", "alpha"], {line_color: {field: "color"}, line_alpha: {field: "alpha"}, line_width: 1.5})
    feed(one.others, {
      xs: lines.map(({line}) => line.t),
      ys: lines.map(({line}) => line.y),
      color: lines.map(({color}) => color),
      alpha: lines.map(({alpha}) => alpha),
    })
    return hasGhost
  }

  /** Potentials that stand out, and marks of a response. @param {Traced} one @param {Traced[]} shown */
  drawLevels(one, shown) {
    const {plot, source} = one, [levels] = plot.tags
    const {start: low, end: high} = plot.y_range
    const {start: from, end: until} = plot.x_range
    one.levels ??= this.add(one, "levels", "MultiLine", ["xs", "ys", "color", "dash"], {line_color: {field: "color"}, line_alpha: 0.75, line_dash: {field: "dash"}})
    one.words ??= this.add(one, "words", "Text", ["x", "y", "words", "color", "align", "base", "dx", "dy"], {
      text: {field: "words"}, text_color: {field: "color"}, text_align: {field: "align"}, text_baseline: {field: "base"},
      x_offset: {field: "dx"}, y_offset: {field: "dy"}, ...LETTERS,
    })
    const names = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES)).filter(name => {
      return Number.isFinite(levels[name]) && !(name == "reset" && levels.reset == levels.peak)
    })
    const lines = names.map(name => name == "peak" ? this.threshold(levels, source.data, shown) : {t: [from, until], y: [levels[name], levels[name]]})
    feed(one.levels, {
      xs: lines.map(({t}) => t),
      ys: lines.map(({y}) => y),
      color: names.map(name => this.colors[name]),
      dash: names.map(name => name == "peak" ? "dotted" : "dashed"),
    })
    const marks = this.marks(one, shown), isLate = (/** @type {Mark} */ {t}) => (t - from) / (until - from) > 0.7
    const heights = lines.map(({y}) => y[y.length - 1])
    const sides = heights.map(y => (y - low) / (high - low) > 0.5 ? "top" : "bottom")
    feed(one.words, {
      x: [...names.map(() => until), ...marks.map(({t}) => t)],
      y: [...heights, ...marks.map(({y}) => y)],
      words: [...names.map(name => NAMES[name]), ...marks.map(({words}) => words)],
      color: [...names.map(name => this.colors[name]), ...marks.map(() => this.colors.mark)],
      align: [...names.map(() => "right"), ...marks.map(mark => isLate(mark) ? "right" : mark.side == "over" ? "center" : "left")],
      base: [...sides, ...marks.map(({side}) => side == "below" ? "top" : "bottom")],
      dx: [...places(names, heights.map(y => y / (high - low) * heightOf(plot))), ...marks.map(mark => isLate(mark) ? -8 : mark.side == "over" ? 0 : 8)],
      dy: [...sides.map(side => side == "top" ? 2 : -1), ...marks.map(({side}) => side == "over" ? -7 : 0)],
    })
    if (!one.marks && !marks.length) return
    one.marks ??= this.add(one, "marks", "Scatter", ["x", "y"], {size: 7, fill_color: this.colors.mark, line_color: this.colors.mark})
    feed(one.marks, {x: marks.map(({t}) => t), y: marks.map(({y}) => y)})
  }

  /** The threshold over time, which moves with other variables. @param {Record<string, number>} levels @param {Line} v @param {Traced[]} shown @returns {Line} */
  threshold(levels, v, shown) {
    const moved = Object.keys(levels).filter(name => name.startsWith("rise.")).map(name => name.slice("rise.".length))
    const data = moved.map(name => shown.find(({key}) => key == name)?.source.data)
    if (!moved.length || data.some(one => one?.y.length != v.t.length)) {
      const {start, end} = shown[0].plot.x_range
      return {t: [start, end], y: [levels.peak, levels.peak]}
    }
    const y = Float32Array.from({length: v.t.length}, (_, k) => moved.reduce(
      (sum, name, j) => sum + levels[`rise.${name}`] * (data[j].y[k] - levels[`rest.${name}`]), levels.peak))
    return {t: v.t, y}
  }

  /** @param {Traced} one @param {Traced[]} shown @returns {Mark[]} */
  marks({plot, source}, shown) {
    const spikes = plot.renderers.filter((/** @type {any} */ other) => !other.name).at(-1).data_source.data.t
    if (spikes.length) return []
    const dataOf = (/** @type {string} */ key) => this.traced.find(other => other.key == key && other.plot.visible)?.source.data
    const stimulus = stimulusOf(shown.find(({key}) => key == "I")?.source.data, dataOf("input"))
    if (!stimulus) return []
    const {level, peak} = response(source.data, stimulus), {unit} = unitOf(plot)
    /** @type {Mark[]} */
    const found = []
    const {start: low, end: high} = plot.y_range, px = heightOf(plot) / (high - low)
    if (level) found.push({...level, words: `63 % at ${level.after.toFixed(1)} ms`, side: level.up ? "below" : "above"})
    if (peak) {
      const over = peak.up && (high - peak.y) * px > LINE + 6
      const words = `peak ${`${read(peak.y, high - low)} ${unit}`.trim()} at ${peak.after.toFixed(1)} ms`
      found.push({...peak, words, side: over ? "over" : peak.up ? "above" : "below"})
    }
    return found
  }

  /** Values at a time; where it is null, only what the pale trace is. @param {number | null} time */
  point(time) {
    this.time = time
    let told = false
    for (const one of this.traced) {
      const {plot, source: {data: {t, y}}, readout} = one
      const view = this.bokeh.index.find_one(plot)
      if (!readout.isConnected) view?.shadow_el.append(readout)
      const isLine = plot.visible && plot.renderers[0].glyph.type == "Line" && t.length > 0
      if (time === null || !isLine || isOfMany(one)) {
        readout.textContent = isLine && !told && this.hasGhost ? PAST : ""
        told ||= isLine
        continue
      }
      const {symbol, unit} = unitOf(plot), {start, end} = plot.y_range
      const names = [...plot.left[0].major_label_overrides.values()]
      let at = time, value = ""
      if (names.length) value = linesAt({t, y}, time).map((one, j) => `${names[j]} ${one}`).join(", ")
      else {
        const k = nearest(t, time)
        at = t[k]
        value = `${symbol} = ${read(y[k], end - start)} ${unit}`.trim() + this.beside(plot, time)
      }
      readout.textContent = told ? value : `${read(at, plot.x_range.end - plot.x_range.start)} ms · ${value}`
      told = true
    }
  }

  /** The potential of a cell that is drawn in the same plot. @param {any} plot @param {number} time */
  beside(plot, time) {
    const [, line] = plot.renderers, data = plot.tags.length && line && !line.name && line.glyph.type == "Line" ? line.data_source.data : {t: []}
    if (!data.t.length || time > data.t[data.t.length - 1]) return ""
    return `, cell ${read(data.y[nearest(data.t, time)], plot.y_range.end - plot.y_range.start)}`
  }

  /** Another renderer in a plot, and its source; below the run. @param {Traced} one @param {string} name @param {string} kind @param {string[]} columns @param {object} look */
  add({plot}, name, kind, columns, look) {
    const make = (/** @type {string} */ model, /** @type {object} */ values) => new (this.bokeh.Models.get(model))(values)
    const source = make("ColumnDataSource", {data: Object.fromEntries(columns.map(column => [column, []]))})
    const [x, y] = columns
    const glyph = make(kind, {[x]: {field: x}, [y]: {field: y}, ...look})
    const renderer = make("GlyphRenderer", {name, data_source: source, glyph, level: kind == "MultiLine" ? "underlay" : "glyph"})
    plot.setv({renderers: [...plot.renderers, renderer]}, {sync: false})
    return source
  }
}

/** How far from the right edge words stand that are never over one another. @param {(keyof typeof NAMES)[]} names @param {number[]} heights in px */
function places(names, heights) {
  /** @param {number} k */
  const beside = k => names.filter((_, j) => j < k && Math.abs(heights[j] - heights[k]) < LINE)
  return names.map((_, k) => -4 - beside(k).reduce((sum, name) => sum + WIDTH[name], 0))
}

/** Of its frame, in px; usual where it has no place yet. @param {any} plot */
const heightOf = plot => plot.properties.inner_height.is_unset ? 200 : plot.inner_height

/** Whether lines stand below one another with gaps, and have no names: a value would be of none. @param {Traced} one */
const isOfMany = ({plot, source: {data: {y}}}) => Number.isNaN(y[y.length - 1]) && !plot.left[0].major_label_overrides.size

/** Symbol and unit of what a plot shows, by the label of its axis. @param {any} plot */
function unitOf(plot) {
  const [, symbol, unit] = /^(.*?)(?: \((.*)\))?$/.exec(plot.left[0].axis_label) ?? ["", "", ""]
  return {symbol, unit: unit == "1" || !unit ? "" : unit}
}

/** Other data, where they are others. @param {any} source @param {Record<string, any[]>} data */
function feed(source, data) {
  const old = source.data
  const isSame = Object.keys(data).every(name => data[name].length == old[name].length && data[name].every((one, k) => equal(one, old[name][k])))
  if (!isSame) source.setv({data}, {sync: false})
}

/** Lines of two points are looked at, others are told by who they are. @param {any} one @param {any} other */
const equal = (one, other) => one === other || Array.isArray(one) && Array.isArray(other) && one[0] == other[0] && one[1] == other[1] && one.length == other.length

/** In a page of Panel: `model.figure` is the id of the column of plots. @param {{model: any, view: any}} given */
export function render({model, view}) {
  /** @type {Traces | null} */
  let traces = null
  const follow = () => {
    traces?.close()
    const figure = view.model.document.get_model_by_id(model.figure)
    traces = figure ? new Traces(/** @type {any} */ (globalThis).Bokeh, figure, model.colors) : null
    pin()
  }
  const pin = () => {
    if (!traces) return
    traces.pins = model.pins
    traces.change()
  }
  const choose = () => {
    if (!traces) return
    traces.withGhost = model.ghost
    traces.change()
  }
  model.on("figure", follow)
  model.on("pins", pin)
  model.on("ghost", choose)
  model.on("remove", () => traces?.close())
  follow()
  choose()
  return document.createElement("span")
}
