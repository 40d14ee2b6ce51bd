// What is drawn of a run, into Bokeh's plots: the same as the scenes of the server draw.

/** @typedef {import("../engine/portable.js").Kernel} Kernel */
/** @typedef {import("./decode.js").Decoder} Decoder */
/**
 * @typedef {object} Row
 * @property {string} key
 * @property {"variable" | "potential" | "current" | "input" | "raster" | "rate" | "count" | "lines" | "heat" | "ladder"} kind
 * @property {string} [name] of the variable
 * @property {string[]} [names] of the variables that are lines of a timing diagram, or potentials of compartments
 * @property {string} [title] of potentials, with places for the least and the greatest
 * @property {string} [unit] of potentials
 * @property {boolean} [counted] in steps, shown in ms
 * @property {number} low
 * @property {number} high
 * @property {boolean} fit
 * @property {boolean} spikes
 * @property {boolean} other it has a second line: what is decoded
 * @property {string} [follows] of a second line, its array, or of a count the knob of the rate that is wanted (Hz)
 * @property {[number, number]} [part] what is shown as 0 and as 1
 * @property {[number, number]} [beside] extremes of a second line that is there under any run: what a cell did
 * @property {boolean} [main] it fills a small picture, as a potential does
 */
/**
 * @typedef {object} Drawing
 * @property {string} prefix of the names of plots
 * @property {Row[]} rows
 * @property {string[]} spikes arrays whose columns, side by side, are the rows of the raster
 * @property {boolean} levels are marked in the potential
 * @property {boolean} crosses a spike is an upward crossing, and nothing is reset
 * @property {number} own column of the spikes that rows mark
 * @property {{title?: string, frame?: number[]}} raster what of it never changes
 * @property {Record<string, [number, number]>} limits of arrays: what leaves them is refused
 * @property {number} marks of a raster
 * @property {number} lines of a raster, at most about twice as many
 * @property {number} below how many of the last neurons stand below the first: those that inhibit
 * @property {Record<string, string>} titles of a raster
 * @property {string[]} arrived titles of input spikes, of one sign and of both
 * @property {Record<string, Measure>} measures
 * @property {boolean} [pairings] of the spikes on two sides are marked on the curve beside the plots
 * @property {number} [points] each row has the lines of all neurons, of at most about so many points together
 * @property {import("./points.js").Table | import("./points.js").Trains | null} [table] how points that a hand draws give an input
 */
/** @typedef {{name: string, unit: string, digits: number, driven: string}} Measure `driven` follows the name where the stimulus is
 * shorter than the run */

/** The least and the greatest of what is finite; infinite where nothing is. @param {Iterable<number>} values */
export function extremes(values) {
  let least = Infinity, most = -Infinity
  for (const one of values) {
    if (!Number.isFinite(one)) continue
    if (one < least) least = one
    if (one > most) most = one
  }
  return [least, most]
}

const LEAST = 0.002 // of a frame, that values have to vary to get their own

/** The frame (low, high), widened in coarse steps where values do not fit: `widened` of views/stack.py.
 * @param {Row} row @param {Float32Array} values @param {boolean} [own] */
export function widened({low, high, fit}, values, own = false) {
  const [least, most] = extremes(values)
  if (least > most) return [low, high]
  if (most < low || least > high) {
    const room = Math.max(0.5, 0.05 * Math.abs(least))
    ;[low, high] = least < most ? [least, most] : [least - room, most + room]
  }
  const share = (most - least) / (high - low)
  if (own ? share > LEAST : fit && share > 0 && share < 0.2) return around(least, most)
  const step = 10 ** Math.floor(Math.log10(Math.max(high, most) - Math.min(low, least))) / 2
  const edge = 0.1 * step
  return [
    low < least ? low : Math.floor((least - edge) / step) * step,
    most < high ? high : Math.ceil((most + edge) / step) * step,
  ]
}

/** A frame around values that fill most of it: `around` of views/stack.py. @param {number} least @param {number} most @returns {[number, number]} */
function around(least, most) {
  const width = 1.15 * (most - least)
  const power = 10 ** Math.floor(Math.log10(width / 8))
  const step = Number([1, 2, 5, 10].map(k => k * power).find(one => one >= width / 8))
  const edge = (width - (most - least)) / 2
  return [Math.floor((least - edge) / step) * step, Math.ceil((most + edge) / step) * step]
}

/** To the nearest whole number, and in the middle of two to the even one, as Python does. @param {number} value */
function rounded(value) {
  const found = Math.round(value)
  return value % 1 == 0.5 && found % 2 ? found - 1 : found
}

/** The first column of an array of rows. @param {ArrayLike<number>} values @param {number} columns @param {number} rows */
function first(values, columns, rows) {
  const found = new Float32Array(rows)
  const stride = values.length >= rows * columns ? columns : 0 // one row is for all steps
  for (let k = 0; k < rows; k++) found[k] = values[k * stride]
  return found
}

/** The columns of an array over times as one line with gaps: `all_lines` of scenes/commands.py.
 * @param {Float32Array} times @param {ArrayLike<number>} values @param {number} columns @param {number} most */
function joined(times, values, columns, most) {
  const rows = times.length, stride = values.length >= rows * columns ? columns : 0
  const step = Math.max(1, Math.ceil(rows * columns / most)), length = Math.ceil(rows / step) + 1
  const t = new Float32Array(columns * length).fill(NaN), y = new Float32Array(columns * length).fill(NaN)
  for (let k = 0; k < columns; k++) {
    for (let j = 0; j < length - 1; j++) {
      t[k * length + j] = times[j * step]
      y[k * length + j] = values[j * step * stride + k]
    }
  }
  return {t, y}
}

/** Values as parts of a range, in the precision that they have. @param {[number, number]} part @param {Float32Array} values */
const within = ([low, high], values) => values.map(one => Math.fround(one - low) / (high - low))

/** The potential as it is drawn: at a spike its peak, where it was before the reset.
 * @param {Float32Array} v @param {ArrayLike<number>} fired of the first neuron, in each step @param {number} every @param {number} peak */
function withPeaks(v, fired, every, peak) {
  const drawn = v.slice()
  for (let k = 0; k < v.length; k++) {
    let spiked = false
    for (let j = k * every; j < (k + 1) * every; j++) spiked ||= fired[j] > 0
    if (spiked) drawn[k] = Math.max(v[k], peak, v[(k + v.length - 1) % v.length])
  }
  return drawn
}

/** How long before the end of a step, in steps, a line through both its ends crosses a level: `Crossing.since`.
 * @param {Float32Array} v @param {number} k @param {number} level */
function sinceCrossing(v, k, level) {
  const found = (v[k] - level) / (v[k] - v[k - 1])
  return k > 0 && Number.isFinite(found) && v[k - 1] <= level ? found : 0
}

/** The potentials to be marked: `potentials` of analysis. @param {Record<string, number | string>} numbers */
function levels(numbers) {
  const names = Object.keys(numbers).filter(name => /^(peak|reset|rest)$|^(rise|rest)\./.test(name))
  return Object.fromEntries(names.map(name => [name, Number(numbers[name])]))
}

/** Where spikes are [steps, columns], of arrays side by side. @param {Kernel} kernel @param {string[]} names */
function together(kernel, names) {
  const {steps, arrays} = kernel.about
  const parts = names.map(name => ({values: kernel.array(name), width: arrays[name].columns}))
  if (parts.length == 1 && parts[0].values instanceof Int8Array) return parts[0].values
  const columns = parts.reduce((sum, one) => sum + one.width, 0)
  const found = new Uint8Array(steps * columns)
  let at = 0
  for (const {values, width} of parts) {
    for (let k = 0; k < steps; k++) {
      for (let j = 0; j < width; j++) found[k * columns + at + j] = Number(values[k * width + j] > 0)
    }
    at += width
  }
  return found
}

/** Whether a run is none that the server would do. @param {Kernel} kernel @param {Drawing} drawing */
export function refused(kernel, {limits}) {
  return Object.entries(limits).some(([name, [low, high]]) => kernel.array(name).some(one => one < low || one > high))
}

/** What each row shows of a run. @param {Kernel} kernel @param {Drawing} drawing @param {Decoder | null} [decoder] */
export function pictures(kernel, drawing, decoder) {
  const {about, numbers} = kernel
  const {steps, samples, every, neurons, dt} = about
  const duration = steps * dt
  const fired = together(kernel, drawing.spikes)
  const columns = fired.length / steps
  const own = Uint8Array.from({length: steps}, (_, k) => Number(fired[k * columns + drawing.own] != 0))
  const times = Float32Array.from({length: samples}, (_, k) => (k + 1) * every * dt)
  /** @type {number[]} */
  const spikes = []
  const chosen = about.chosen ? about.chosen.length : neurons
  const crossed = drawing.crosses && every == 1 && drawing.rows.some(row => row.name == "v")
  const v = crossed ? first(kernel.recorded("v"), chosen, samples) : null
  for (let k = 0; k < steps; k++) {
    if (own[k]) spikes.push((k + 1) * dt - (v ? dt * sinceCrossing(v, k, Number(numbers.peak)) : 0))
  }
  const found = drawing.rows.map(row => {
    if (row.kind == "raster") return {row, ...raster(fired, about, drawing), ...drawing.raster}
    if (row.kind == "lines") return {row, ...diagram(row.names ?? [], kernel)}
    if (row.kind == "heat" || row.kind == "ladder") return {row, ...along(row, kernel)}
    if (row.kind == "rate") return {row, ...rateOfAll(row, fired, about)}
    if (row.kind == "count") return {row, ...countOfAll(row, fired, about, kernel.values[String(row.follows)])}
    if (row.kind == "input") return {row, ...arrivals(kernel, duration, drawing.arrived)}
    if (row.kind == "current") {
      if (drawing.points) {
        const ends = Float32Array.from({length: steps}, (_, k) => (k + 1) * (duration / steps))
        const lines = joined(ends, /** @type {Float32Array} */ (kernel.array("current")), about.arrays.current.columns, drawing.points)
        return {row, ...lines, frame: widened(row, lines.y)}
      }
      const array = String(row.name) in about.arrays ? String(row.name) : "current" // of a network, what neurons get is more
      let y = first(/** @type {Float32Array} */ (kernel.array(array)), about.arrays[array].columns, steps)
      let other = row.other && decoder ? decoder.decode(kernel) : null
      if (row.part) {
        y = within(row.part, y)
        other &&= within(row.part, other).map(one => Math.min(row.high, Math.max(row.low, one)))
      }
      const t = Float32Array.from({length: steps}, (_, k) => (k + 1) * (duration / steps))
      const frame = widened(row, other ? Float32Array.of(...[y, other].map(extremes).flat()) : y)
      return {row, t, y, frame, ...(other ? {other} : {})}
    }
    if (drawing.points) {
      const lines = joined(times, kernel.recorded(String(row.name)), chosen, drawing.points)
      return {row, ...lines, frame: widened(row, lines.y)}
    }
    let y = first(kernel.recorded(String(row.name)), chosen, samples)
    if (row.counted) y = y.map(one => one * Math.fround(dt)) // as torch does
    if (row.follows) {
      const whole = kernel.array(row.follows)
      const other = y.map((_, k) => Number(whole[(k + 1) * every - 1]))
      return {row, t: times, y, other, frame: widened(row, Float32Array.of(...extremes(y), ...extremes(other)))}
    }
    if (row.kind != "potential") return {row, t: times, y, frame: widened(row, y)}
    if ("peak" in numbers) y = withPeaks(y, own, every, Number(numbers.peak))
    const all = row.beside ? Float32Array.of(...extremes(y), ...row.beside) : y
    return {row, t: times, y, frame: widened(row, all, row.spikes && !spikes.length), ...(drawing.levels ? {levels: levels(numbers)} : {})}
  })
  let total = 0
  for (const one of fired) total += one
  const pairings = drawing.pairings ? nearestPairings(fired, steps, dt) : []
  return {pairings, duration, dt, spikes, total, neurons: columns, rows: found, onset: Number(numbers.onset ?? 0), end: Number(numbers.end ?? Infinity)}
}

/** From which delays nearest spikes of two sides come, each once: `nearest_pairings` of analysis/pairing.py.
 * @param {ArrayLike<number>} fired [steps, 2] @param {number} steps @param {number} dt */
function nearestPairings(fired, steps, dt) {
  /** @type {Set<number>} */
  const found = new Set()
  let pre = -Infinity, post = -Infinity
  for (let k = 0; k < steps; k++) {
    const before = post
    if (fired[2 * k]) pre = k
    if (fired[2 * k + 1]) found.add(k - pre), post = k
    if (fired[2 * k] && post < k) found.add(before - k)
  }
  return [...found].filter(Number.isFinite).sort((a, b) => a - b).map(one => one * dt)
}

/** Dots on the curve beside the plots, where this has such x: `CurveView.feed` of views/curve.py.
 * @param {any} plot @param {number[]} marks */
function mark(plot, marks) {
  const {x, y} = plot.renderers[0].data_source.data, [source] = plot.renderers.filter((/** @type {any} */ one) => one.name == "marks").map((/** @type {any} */ one) => one.data_source)
  const inside = marks.filter(one => one >= x[0] && one <= x[x.length - 1])
  const height = inside.map(one => {
    let k = 1
    while (k < x.length - 1 && x[k] < one) k++
    return y[k - 1] + (y[k] - y[k - 1]) * (one - x[k - 1]) / (x[k] - x[k - 1])
  })
  feed(source, {x: inside, y: height})
}

/** Marks of the spikes of all neurons, of as many as there is room for.
 * @param {ArrayLike<number>} fired @param {import("../engine/portable.js").About} about @param {Drawing} drawing */
function raster(fired, {steps, dt}, {marks, lines, titles, below}) {
  const neurons = fired.length / steps
  let count = 0, alike = true
  for (let k = 0; k < fired.length; k++) {
    if (fired[k]) count++
    if (fired[k] != fired[k - (k % neurons)]) alike = false
  }
  const step = Math.max(1, rounded(count / marks), Math.floor(neurons / lines))
  const t = [], y = []
  for (let k = 0; k < steps; k++) {
    for (let j = 0; j < neurons; j += step) {
      if (fired[k * neurons + j]) {
        t.push((k + 1) * dt)
        y.push((j + below) % neurons + 1)
      }
    }
  }
  const shown = step > 1 ? titles.part.replace("{}", String(Math.ceil(neurons / step))) : ""
  const title = neurons > 1 ? titles.many + shown + (alike ? titles.alike : titles.noisy) : titles.one
  return {t: Float32Array.from(t), y: Float32Array.from(y), title, frame: [0.25, neurons + 0.75]}
}

const HIGH = 0.7, BEYOND = 0.5 // of scenes/operation.py

/** Lines of 0 and 1 below one another, as one with gaps: `diagram` of scenes/operation.py. @param {string[]} names @param {Kernel} kernel */
function diagram(names, kernel) {
  const {samples, dt, every} = kernel.about
  /** @type {number[]} */
  const t = [], y = /** @type {number[]} */ ([])
  names.forEach((name, j) => {
    const line = kernel.recorded(name)
    /** @param {number} k @param {number} value */
    const put = (k, value) => {
      t.push((k + 1) * every * dt)
      y.push(j + 1 + HIGH * (0.5 - value))
    }
    put(0, line[0])
    for (let k = 1; k < samples; k++) {
      if (line[k] == line[k - 1]) continue
      put(k, line[k - 1])
      put(k, line[k])
    }
    put(samples - 1, line[samples - 1])
    put(0, NaN)
  })
  return {t: Float32Array.from(t), y: Float32Array.from(y), frame: [names.length + BEYOND, BEYOND]}
}

const COLUMNS = 400, FULL = 0.9 // of scenes/compartments.py

/** Potentials of all compartments: as rows of colours, or as lines below one another with gaps: `pictures` of
 * scenes/compartments.py. @param {Row} row @param {Kernel} kernel */
function along({kind, names = [], title = "", unit}, kernel) {
  const {samples, every, dt} = kernel.about, step = Math.max(1, Math.floor(samples / COLUMNS)), width = Math.ceil(samples / step)
  const all = names.map(name => kernel.recorded(name))
  const ends = all.map(extremes), low = Math.min(...ends.map(([least]) => least)), most = Math.max(...ends.map(([, most]) => most))
  const high = most > low ? most : low + 1
  /** @param {number} value */
  const written = value => `${Number(value.toPrecision(3))} ${unit}`.trim().replace("-", "−")
  const words = title.replace("{}", written(low)).replace("{}", written(most)), frame = [names.length + BEYOND, BEYOND]
  const time = (/** @type {number} */ k) => (k * step + 1) * every * dt
  if (kind == "heat") {
    const image = new Float32Array(names.length * width)
    all.forEach((v, j) => { for (let k = 0; k < width; k++) image[j * width + k] = v[k * step] })
    return {t: new Float32Array(0), y: image, shape: [names.length, width], ends: [low, high], title: words, frame}
  }
  const t = new Float32Array(names.length * (width + 1)), y = new Float32Array(t.length)
  all.forEach((v, j) => {
    const at = j * (width + 1)
    for (let k = 0; k < width; k++) {
      t[at + k] = time(k)
      y[at + k] = j + 1 + FULL * (0.5 - (v[k * step] - low) / (high - low))
    }
    t[at + width] = time(0)
    y[at + width] = NaN
  })
  return {t, y, title: words, frame}
}

/** Rows of colours have other data. @param {any} renderer @param {{y: Float32Array, shape: number[], ends: number[]}} image @param {number} duration */
function paintColours({glyph, data_source: source}, {y, shape, ends: [low, high]}, duration) {
  const {ndarray} = library.require("core/util/ndarray")
  glyph.color_mapper.setv({low, high}, {sync: false})
  const image = [ndarray(y, {dtype: "float32", shape})]
  source.setv({data: {image, x: [0], y: [0.5], dw: [duration], dh: [shape[0]]}}, {sync: false})
}

/** The rate of all neurons, counted in about 1 ms: `population_rate`.
 * @param {Row} row @param {Uint8Array | Int8Array} fired @param {import("../engine/portable.js").About} about */
function rateOfAll(row, fired, {steps, dt}) {
  const neurons = fired.length / steps, width = Math.max(1, rounded(1 / dt)), bins = Math.floor(steps / width)
  const t = new Float32Array(bins), y = new Float32Array(bins)
  for (let k = 0; k < bins; k++) {
    let count = 0
    for (let j = k * width * neurons; j < (k + 1) * width * neurons; j++) count += fired[j]
    t[k] = (k + 0.5) * (width * dt)
    y[k] = count / neurons * (1000 / (width * dt))
  }
  return {t, y, frame: widened(row, y)}
}

/** Spikes of all neurons so far, and as many as there are at a rate in Hz: `beside` of scenes/readout.py.
 * @param {Row} row @param {Uint8Array | Int8Array} fired @param {import("../engine/portable.js").About} about @param {number} rate */
function countOfAll(row, fired, {steps, dt}, rate) {
  const neurons = fired.length / steps, t = new Float32Array(steps), y = new Float32Array(steps), other = new Float32Array(steps)
  for (let k = 0, count = 0; k < steps; k++) {
    for (let j = k * neurons; j < (k + 1) * neurons; j++) count += fired[j]
    t[k] = (k + 1) * dt
    y[k] = count
    other[k] = rate * neurons / 1000 * ((k + 1) * dt)
  }
  return {t, y, other, frame: widened(row, Float32Array.of(...extremes(y), ...extremes(other)))}
}

/** Marks of the spikes that come in: in one line, or where some inhibit, in a lower one: `arrivals` of scene.py.
 * @param {Kernel} kernel @param {number} duration @param {string[]} titles */
function arrivals(kernel, duration, titles) {
  const {steps, arrays} = kernel.about
  const [spikes, inhibition] = ("spikes" in arrays ? ["spikes"] : ["spikes.0", "spikes.1"]).map(
    name => first(/** @type {Float32Array} */ (kernel.array(name)), arrays[name].columns, steps))
  const t = [], y = []
  let both = false
  for (let k = 0; k < steps; k++) {
    for (const [here, height] of /** @type {[boolean, number][]} */ ([[spikes[k] > 0, 0.7], [spikes[k] < 0 || !!inhibition && inhibition[k] != 0, 0.3]])) {
      if (!here) continue
      t.push((k + 1) * (duration / steps))
      y.push(height)
      both ||= height < 0.5
    }
  }
  return {t: Float32Array.from(t), y: both ? Float32Array.from(y) : new Float32Array(t.length).fill(0.5), title: titles[Number(both)], frame: [0, 1]}
}

/** @param {ArrayLike<number>} one @param {ArrayLike<number>} other */
function same(one, other) {
  if (one.length != other.length) return false
  for (let k = 0; k < one.length; k++) if (!Object.is(one[k], other[k])) return false
  return true
}

/** @param {Record<string, number>} one @param {Record<string, number>} [other] */
const alike = (one, other = {}) => Object.keys(one).every(name => one[name] == other[name])

/** A source has new data; where they are the old ones, nothing is painted. @param {any} source @param {Record<string, ArrayLike<number>>} data */
function feed(source, data) {
  if (Object.keys(data).some(name => !same(data[name], source.data[name]))) source.setv({data}, {sync: false})
}

/** Put pictures into the plots; data travel to no server. @param {any} document of Bokeh @param {Drawing} drawing @param {ReturnType<typeof pictures>} found */
export function show(document, drawing, {duration, spikes, rows, pairings}) {
  let time
  const curve = drawing.pairings && document.get_model_by_name(`curve.${drawing.prefix}`)
  if (curve) mark(curve, pairings)
  for (const {row, t, y, frame, title, other, levels, shape, ends} of /** @type {any[]} */ (rows)) {
    const plot = document.get_model_by_name(`${drawing.prefix}.${row.key}`)
    if (!plot) return
    time = plot.x_range
    const [low, high] = frame
    if (plot.y_range.start != low || plot.y_range.end != high) plot.y_range.setv({start: low, end: high})
    const lines = plot.renderers.filter((/** @type {any} */ one) => !one.name) // those with names are beside the run
    if (levels && !alike(levels, plot.tags[0])) plot.setv({tags: [levels]}, {sync: false})
    if (shape) paintColours(lines[0], {y, shape, ends}, duration)
    else feed(lines[0].data_source, {t, y})
    if (other) feed(lines[1].data_source, {t, y: other})
    if (row.spikes) {
      const top = new Float32Array(spikes.length).fill(high - 0.05 * (high - low))
      feed(lines.at(-1).data_source, {t: Float32Array.from(spikes), y: top})
    }
    if (title && plot.title.text != title) plot.title.text = title
  }
  if (time && time.reset_end != duration) time.setv({start: 0, end: duration, reset_start: 0, reset_end: duration})
}

/** @type {WeakMap<object, Map<string, any>>} */
let styles = new WeakMap()
let lasting = 0
/** @type {any} Bokeh, which a file has for itself alone */
let library = null

/** What `ask` said last of this object, by that name, for as long as styles last.
 * @template T @param {object} one @param {string} name @param {() => T} ask @returns {T} */
function lately(one, name, ask) {
  if (performance.now() > lasting) {
    styles = new WeakMap()
    return ask()
  }
  let known = styles.get(one)
  if (!known) styles.set(one, known = new Map())
  if (!known.has(name)) known.set(name, ask())
  return known.get(name)
}

/** Bokeh asks the browser for the style of each line and letter, some 250 times for a plot, and for the size of letters with
 * each label, which takes as long as all that it paints: while a hand moves, they stay what they are. @param {any} bokeh */
export function keepStyles(bokeh) {
  library = bokeh
  lasting = performance.now() + 400
  const {prototype} = bokeh.require("core/visuals/visual").VisualProperties
  const value = prototype._get_css_value
  if (!value || value.keeps) return
  /** @this {object} @param {string} name */
  const kept = function (name) {
    return lately(this, name, () => value.call(this, name))
  }
  prototype._get_css_value = Object.assign(kept, {keeps: true})
  const plot = bokeh.require("models/plots/plot_canvas").PlotView.prototype
  const size = Object.getOwnPropertyDescriptor(plot, "base_font_size")?.get
  if (size) Object.defineProperty(plot, "base_font_size", {get() { return lately(this, "size", () => size.call(this)) }})
}

/** Numbers that are counted here into their rows of a table; all others wait for the server.
 * @param {ParentNode} root @param {Record<string, Measure>} written @param {ReturnType<typeof pictures>} found */
export function tell(root, written, {spikes, duration, dt, total, neurons, onset, end}) {
  const found = {...measures(spikes, duration, onset, end), total, each: 1000 * (total / (neurons * Math.round(duration / dt))) / dt}
  const whole = Math.min(end, duration) - Math.min(onset, duration) >= duration - dt
  for (const row of /** @type {NodeListOf<HTMLTableRowElement>} */ (root.querySelectorAll("table.numbers tbody tr"))) {
    const key = /** @type {keyof typeof found} */ (row.dataset.measure)
    if (key in written) {
      row.cells[0].textContent = written[key].name + (whole ? "" : written[key].driven)
      row.cells[1].textContent = cell(found[key], written[key])
    } else row.classList.add("waiting")
  }
}

/** Number of spikes, their rate while the stimulus is there (Hz), the first one after its onset (ms), their mean interval
 * meanwhile (ms) and its inverse (Hz), of the first neuron; null where there is none: `spike_statistics`. @param {number[]} times of spikes, ms
 * @param {number} duration @param {number} onset @param {number} end */
export function measures(times, duration, onset, end) {
  const begin = Math.min(onset, duration), last = Math.min(end, duration)
  const driven = times.filter(t => t > begin && t <= last * (1 + 1e-9)), many = driven.length
  const isi = many > 1 ? (driven[many - 1] - driven[0]) / (many - 1) : null
  const first = times.find(t => t >= begin)
  return {
    count: times.length,
    rate: last > begin ? 1000 * many / (last - begin) : null,
    latency: first === undefined ? null : first - begin,
    isi,
    inverse: isi && 1000 / isi,
  }
}

/** As `cell` of cards.py writes it: what lies in the middle of two goes to the even one.
 * @param {number | null} value @param {{unit: string, digits: number}} measure */
export function cell(value, {unit, digits}) {
  if (value === null) return "–"
  let text = value.toFixed(digits)
  const scale = 10 ** digits, middle = Math.abs(value * 2 ** (digits + 1)) % 2 == 1 // none but these are binary numbers
  if (middle && Math.round(Number(text) * scale) % 2) text = (Number(text) - Math.sign(value) / scale).toFixed(digits)
  return `${text} ${unit}`.trim()
}
