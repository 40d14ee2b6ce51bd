// The signal that spikes say: looked up in what constant signals give, as `decode` of models/families/encoders.py does.

/** @typedef {import("../engine/portable.js").Kernel} Kernel */

const CHANGES = /^(model\.|run\.dt$)/ // values on which answers depend

/** Numbers by their kernel's description. @param {Kernel} kernel @param {string} name */
const numbers = (kernel, name) => /** @type {Float64Array | Float32Array} */ (kernel.array(name))

/** One over an interval of so many steps, in Hz. @param {number} steps @param {number} dt ms */
const rate = (steps, dt) => steps > 0 ? 1 / (steps * (dt / 1000)) : NaN

/** Rates [steps, K] in Hz: the mean over neurons of those in the last `reach` steps. @param {Kernel} kernel @param {number} width K */
function counted(kernel, width) {
  const {steps, neurons, dt} = kernel.about, reach = Number(kernel.numbers.reach), many = neurons / width
  const fired = /** @type {Int8Array} */ (kernel.array("z")), sums = new Float64Array(width), found = new Float64Array(steps * width)
  for (let k = 0; k < steps; k++) {
    const now = k * neurons, gone = (k - reach) * neurons
    for (let j = 0; j < neurons; j++) sums[Math.floor(j / many)] += fired[now + j] - (gone < 0 ? 0 : fired[gone + j])
    for (let c = 0; c < width; c++) found[k * width + c] = sums[c] / (Math.min(k + 1, reach) * (many * dt / 1000))
  }
  return found
}

/** What is read of rates [rows, K]: the mean of what neurons prefer, each counting as often as it spikes, or the first.
 * @param {ArrayLike<number>} rates @param {number} width K @param {ArrayLike<number> | null} prefers */
function read(rates, width, prefers) {
  return Float64Array.from({length: rates.length / width}, (_, k) => {
    if (!prefers) return rates[k * width]
    let sum = 0, whole = 0
    for (let c = 0; c < width; c++) {
      sum += rates[k * width + c] * prefers[c]
      whole += rates[k * width + c]
    }
    return sum / whole
  })
}

/** Between the points (x, y), x ascending; beyond them the outermost. @param {number} at @param {number[]} x @param {number[]} y */
function between(at, x, y) {
  if (Number.isNaN(at)) return NaN
  const last = x.length - 1
  if (!(at >= x[0])) return y[0]
  if (at >= x[last]) return y[last]
  let low = 0
  for (let high = last; high - low > 1;) {
    const middle = (low + high) >> 1
    if (x[middle] <= at) low = middle
    else high = middle
  }
  return (y[low + 1] - y[low]) / (x[low + 1] - x[low]) * (at - x[low]) + y[low]
}

export class Decoder {
  /** @param {Kernel} answers of constant signals */
  constructor(answers) {
    this.answers = answers
    /** @type {{levels: number[], signals: number[]} | null} what is read of their spikes, ascending, and the signals */
    this.known = null
  }

  /** Have the values of a run. @param {Record<string, number>} values */
  turn(values) {
    const own = this.answers.values
    const changes = Object.fromEntries(Object.entries(values).filter(([name, x]) => CHANGES.test(name) && own[name] != x))
    if (!Object.keys(changes).length) return
    this.answers.change({values: changes})
    this.known = null
  }

  /** The signal in each step of a run. Throws Diverged where the neurons of constant signals do. @param {Kernel} kernel */
  decode(kernel) {
    this.turn(kernel.values)
    const {levels, signals} = this.known ??= this.found(), {dt} = kernel.about
    const timed = kernel.about.recorded.includes("interval")
    const width = timed ? 1 : this.answers.about.neurons
    const given = timed ? Float64Array.from(kernel.recorded("interval"), one => rate(one, dt)) : read(counted(kernel, width), width, this.prefers())
    return Float32Array.from(given, one => between(one, levels, signals))
  }

  prefers() {
    return "prefers" in this.answers.about.arrays ? numbers(this.answers, "prefers") : null
  }

  /** Signals, and what is read of their spikes; those without an answer of their own are left out. */
  found() {
    const {answers} = this, {dt, neurons, state} = answers.about
    answers.run()
    const x = numbers(answers, "current")
    const y = state.length ?
      Float64Array.from(numbers(answers, "s.interval"), (last, k) => rate(numbers(answers, "s.since")[k] <= 2 * last ? last : 0, dt)) :
      read(numbers(answers, "rates"), neurons, this.prefers())
    const levels = [], signals = []
    let best = -Infinity // what does not exceed it tells nothing
    for (let k = 0; k < y.length; k++) {
      if (!(y[k] > best)) continue
      levels.push(best = y[k])
      signals.push(x[k])
    }
    return levels.length ? {levels, signals} : {levels: [NaN], signals: [0]}
  }
}
