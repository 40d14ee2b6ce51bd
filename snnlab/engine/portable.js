// Runs what `snnlab.engine.portable` gives: lays its arrays and its table into memory, and calls its module in parts.
// As a worker it does the same for a page: see `Runner`.

/** @typedef {"float" | "double" | "i8" | "i32" | "i64"} Kind */
/** @typedef {{name: string, type: Kind | "ptr"}} Entry */
/** @typedef {{type: Kind, rows: number | "steps" | "samples", columns: number, before?: number | string}} Shape */
/**
 * @typedef {object} About
 * @property {number} version
 * @property {Entry[]} table
 * @property {Record<string, number | string>} numbers
 * @property {Record<string, Shape>} arrays
 * @property {number} steps
 * @property {number} samples
 * @property {number} every
 * @property {number} neurons
 * @property {number} dt ms
 * @property {number} scratch bytes
 * @property {string[]} state
 * @property {string[]} recorded
 * @property {number[] | null} chosen
 * @property {Record<string, number>} values
 * @property {string[]} results
 * @property {{rows: "once" | "neurons" | "steps" | "cells" | number, outputs: string[], inputs: string[]}[]} fills
 */
/** @typedef {Float32Array | Float64Array | Int8Array | Int32Array | BigInt64Array} View */
/** @typedef {string | ArrayBuffer} Bytes base64, where they come from JSON */
/** @typedef {Bytes | {gzip: string}} Packed large arrays take fewer letters */
/** @typedef {{code: Bytes, about: About, arrays: Record<string, Packed>, fills: Bytes[]}} Portable */
/**
 * @typedef {object} Changes
 * @property {Record<string, number>} [values] of knobs
 * @property {Record<string, number>} [numbers] of the table
 * @property {Record<string, View>} [arrays]
 * @property {number} [steps]
 */

const VERSION = 1
const PAGE = 65536
const LINE = 64 // bytes: where arrays begin
const HOLD = 12 // ms after which a run lets others in, so that none waits for 30
const SHORT = 200_000 // neuron-steps that are done sooner than a worker answers
const VIEWS = {float: Float32Array, double: Float64Array, i8: Int8Array, i32: Int32Array, i64: BigInt64Array}
const CHANGING = /^(k\d+\.)?s\./ // arrays that a run leaves otherwise than it found them: states

export class Cancelled extends Error {
  name = "Cancelled"
}

export class Diverged extends Error {
  name = "Diverged"

  /** @param {string} variable @param {number} neuron @param {number} step @param {number} time in ms */
  constructor(variable, neuron, step, time) {
    super(`${variable} of neuron ${neuron} is not finite at ${Number(time.toPrecision(4))} ms, in step ${step + 1}`)
    Object.assign(this, {variable, neuron, step, time})
  }
}

/** @param {Bytes} text @returns {ArrayBuffer} */
export function bytes(text) {
  if (typeof text != "string") return text
  const letters = atob(text)
  const found = new Uint8Array(letters.length)
  for (let k = 0; k < letters.length; k++) found[k] = letters.charCodeAt(k)
  return found.buffer
}

/** @param {Packed} given @returns {Promise<ArrayBuffer>} */
async function unpacked(given) {
  if (typeof given == "string" || !("gzip" in given)) return bytes(given)
  return new Response(new Blob([bytes(given.gzip)]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
}

/** A run in the memory of its own, to be run again with other numbers. */
export class Kernel {
  /** @param {Portable} run @returns {Promise<Kernel>} */
  static async of(run) {
    const [module, ...fills] = await Promise.all([run.code, ...run.fills].map(code => WebAssembly.compile(bytes(code))))
    const arrays = await Promise.all(Object.entries(run.arrays).map(async ([name, x]) => [name, await unpacked(x)]))
    return new Kernel(module, fills, run, Object.fromEntries(arrays))
  }

  /** @param {WebAssembly.Module} module @param {WebAssembly.Module[]} fills @param {Portable} run
   * @param {Record<string, ArrayBuffer>} arrays those of the run */
  constructor(module, fills, run, arrays) {
    if (run.about.version != VERSION) throw new Error(`a run of version ${run.about.version} is not known here`)
    this.about = {...run.about}
    this.numbers = {...run.about.numbers}
    /** @type {Map<string, View>} what is there before a run */
    this.given = new Map(Object.entries(arrays).map(([k, x]) => [k, new VIEWS[run.about.arrays[k].type](x)]))
    this.memory = new WebAssembly.Memory({initial: 1})
    this.values = {...run.about.values}
    /** @param {WebAssembly.Module} code @param {string} name */
    const exported = (code, name) => /** @type {Function} */ (
      new WebAssembly.Instance(code, {env: {__linear_memory: this.memory}}).exports[name])
    this.call = exported(module, "run")
    this.fills = fills.map(one => exported(one, "fill"))
    this.table = this.scratch = 0
    /** @type {Record<string, number>} */
    this.starts = {}
    this.lay()
    if (this.fills.length) this.turn({})
  }

  /** Places for all arrays, one after the other, and what is known of them. */
  lay() {
    const {about} = this
    let top = LINE
    /** @param {number} size */
    const place = size => {
      const start = top
      top = Math.ceil((top + size) / LINE) * LINE
      return start
    }
    this.table = place(8 * about.table.length)
    for (const [name, shape] of Object.entries(about.arrays)) {
      this.starts[name] = place((this.before(shape) + this.rows(shape)) * shape.columns * VIEWS[shape.type].BYTES_PER_ELEMENT)
    }
    this.scratch = place(about.scratch)
    const more = Math.ceil(top / PAGE) - this.memory.buffer.byteLength / PAGE
    if (more > 0) this.memory.grow(more)
    for (const [name, values] of this.given) this.write(name, values)
    this.writeTable()
  }

  writeTable() {
    const view = new DataView(this.memory.buffer)
    this.about.table.forEach((entry, k) => this.put(view, this.table + 8 * k, entry))
  }

  /** @param {DataView} view @param {number} at @param {Entry} entry */
  put(view, at, {name, type}) {
    if (type == "ptr") view.setUint32(at, this.place(name), true)
    else if (type == "float") view.setFloat32(at, Number(this.numbers[name]), true)
    else if (type == "double") view.setFloat64(at, Number(this.numbers[name]), true)
    else view.setBigInt64(at, BigInt(this.numbers[name]), true)
  }

  /** @param {Shape} shape */
  rows(shape) {
    return typeof shape.rows == "string" ? this.about[shape.rows] : shape.rows
  }

  /** How many rows lie in front of an array, none where there is no such array. @param {Shape | undefined} shape */
  before(shape) {
    const before = shape?.before ?? 0
    return typeof before == "string" ? Number(this.numbers[before]) : before
  }

  /** Where an array begins, after what lies in front of it. @param {string} name */
  place(name) {
    const shape = this.about.arrays[name]
    return this.starts[name] + this.before(shape) * shape.columns * VIEWS[shape.type].BYTES_PER_ELEMENT
  }

  /** An array as it is now, without what lies in front of it; good until the memory grows. @param {string} name */
  array(name) {
    const shape = this.about.arrays[name]
    return new VIEWS[shape.type](this.memory.buffer, this.place(name), this.rows(shape) * shape.columns)
  }

  /** Values into an array, from its beginning on. @param {string} name @param {View} values */
  write(name, values) {
    const Kind = VIEWS[this.about.arrays[name].type]
    new Kind(this.memory.buffer, this.starts[name], values.length).set(/** @type {any} */ (values))
  }

  /** Other values, numbers, inputs, or another length of the run. @param {Changes} changes */
  change({values = {}, numbers = {}, arrays = {}, steps = this.about.steps}) {
    for (const [kind, given, known] of /** @type {const} */ ([["value", values, this.values], ["number", numbers, this.numbers]])) {
      for (const name of Object.keys(given)) if (!(name in known)) throw new Error(`${name} is no ${kind} of this run`)
    }
    Object.assign(this.numbers, numbers)
    this.measure()
    for (const [name, one] of Object.entries(arrays)) this.given.set(name, one)
    if (steps != this.about.steps) this.last(steps)
    else {
      for (const [name, one] of Object.entries(arrays)) this.write(name, one)
      this.writeTable()
    }
    if (this.fills.length) this.turn(values)
  }

  /** Another length of the run. @param {number} steps */
  last(steps) {
    this.about.steps = steps
    this.about.samples = Math.floor(steps / this.about.every)
    this.lay()
  }

  /** Knobs have these values: numbers of the table follow, and the length of the run. @param {Record<string, number>} values */
  turn(values) {
    Object.assign(this.values, values)
    const before = this.before(this.about.arrays.z)
    this.fill(true)
    const found = this.array("numbers")
    this.about.results.forEach((name, k) => { this.numbers[name] = Number(found[k]) })
    this.measure()
    const steps = Number(this.numbers.steps ?? this.about.steps)
    if (steps != this.about.steps || before != this.before(this.about.arrays.z)) this.last(steps)
    else this.writeTable()
  }

  /** The time step in ms, as people write it: `milliseconds` of values.py. */
  measure() {
    if ("dt" in this.numbers) this.about.dt = Number((1000 * Number(this.numbers.dt)).toPrecision(15))
  }

  /** What follows from the values: numbers, or arrays. @param {boolean} numbers */
  fill(numbers) {
    const {about} = this
    this.write("values", new Float64Array(Object.values(this.values)))
    about.fills.forEach(({rows, outputs, inputs}, k) => {
      if ((rows == "once") != numbers) return
      this.write(`places.${k}`, BigInt64Array.from([...outputs, ...inputs], name => BigInt(
        name in about.arrays ? this.place(name) : this.place("numbers") + 8 * about.results.indexOf(name))))
      const {steps, neurons} = about
      const count = typeof rows == "number" ? rows : {once: 1, neurons, steps, cells: steps * neurons}[rows]
      this.fills[k](this.place("values"), this.place(`places.${k}`), BigInt(count))
    })
  }

  /** Everything as it is before a run. */
  begin() {
    for (const [name, values] of this.given) if (CHANGING.test(name)) this.write(name, values)
    if (this.fills.length) this.fill(false)
    const {z} = this.about.arrays
    if (this.before(z) && !this.given.has("z")) this.write("z", new Int8Array(this.before(z) * z.columns)) // nothing was fired
    this.write("status", new BigInt64Array([BigInt(this.about.steps), 0n]))
  }

  /** @param {number} from @param {number} to steps */
  part(from, to) {
    this.call(this.table, this.scratch, 0n, BigInt(this.about.neurons), BigInt(from), BigInt(to))
  }

  /** Run it at once. Throws Diverged. */
  run() {
    this.begin()
    this.part(0, this.about.steps)
    this.check()
  }

  /**
   * Run it in parts, between which others are let in. Throws Cancelled and Diverged.
   * @param {() => boolean} [cancelled]
   */
  async runInParts(cancelled = () => false) {
    const {steps, neurons} = this.about
    this.begin()
    let size = Math.max(1, Math.floor(SHORT / neurons))
    for (let at = 0, next; at < steps && this.failedAt() == steps; at = next) {
      next = Math.min(at + size, steps)
      const start = performance.now()
      this.part(at, next)
      size = Math.max(1, Math.floor(size * Math.min(4, HOLD / Math.max(performance.now() - start, 0.1))))
      await letOthersIn()
      if (cancelled()) throw new Cancelled("another run was asked for")
    }
    this.check()
  }

  /** The step in which a state ceased to be finite; the number of steps where none did. */
  failedAt() {
    return Number(/** @type {BigInt64Array} */ (this.array("status"))[0])
  }

  /** Throws Diverged, for the first of the neurons and variables that are not finite. */
  check() {
    const {steps, state, neurons, dt} = this.about
    const step = this.failedAt()
    if (step >= steps) return
    const values = state.map(name => this.array(`s.${name}`))
    for (let k = Number(/** @type {BigInt64Array} */ (this.array("status"))[1]); k < neurons; k++) {
      const bad = values.findIndex(x => !Number.isFinite(x[k]))
      if (bad >= 0) throw new Diverged(state[bad], k, step, (step + 1) * dt)
    }
  }

  /** Step and neuron of each spike, in the order of time; a run that failed has those before. */
  spikes() {
    const {neurons} = this.about
    const fired = /** @type {Int8Array} */ (this.array("z"))
    const until = Math.min(this.failedAt(), this.about.steps) * neurons
    const steps = [], who = []
    for (let k = 0; k < until; k++) {
      if (!fired[k]) continue
      steps.push(Math.floor(k / neurons))
      who.push(k % neurons)
    }
    return {steps, neurons: who}
  }

  /** What was recorded of a variable, [samples, neurons]. @param {string} name */
  recorded(name) {
    return /** @type {Float32Array | Float64Array} */ (this.array(`${this.about.chosen ? "picked" : "kept"}.${name}`))
  }
}

/** Done when all that waited has had its turn; a timer would wait for four milliseconds. */
function letOthersIn() {
  return new Promise(done => {
    const {port1, port2} = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      done(undefined)
    }
    port2.postMessage(null)
  })
}

/** What a run gives to who is elsewhere. @param {Kernel} kernel */
function outcome(kernel) {
  const variables = Object.fromEntries(kernel.about.recorded.map(name => [name, kernel.recorded(name).slice()]))
  const {steps, neurons} = kernel.spikes()
  return {steps, neurons, variables}
}

/** @typedef {ReturnType<typeof outcome>} Outcome */

/** @param {number} steps @param {number} neurons */
const isShort = (steps, neurons) => steps * neurons <= SHORT

/**
 * Runs of one kernel, of which only the newest matters: short ones at once and in the page, others beside it in a
 * worker, or in parts where there can be none.
 */
export class Runner {
  /** @param {Portable} run @param {string} [script] the address of this module, for a worker */
  constructor(run, script = import.meta.url) {
    this.portable = run
    this.kernel = Kernel.of(run)
    this.script = script
    /** @type {Worker | null | undefined} none yet, or none at all */
    this.worker = undefined
    /** @type {Record<string, View>} inputs that the worker does not have yet */
    this.unsent = {}
    /** @type {Map<number, (answer: Answer | null) => void>} */
    this.waiting = new Map()
    this.asked = 0
  }

  /** What a run with these changes gives. Throws Diverged, and Cancelled where a newer one was asked for. @param {Changes} changes */
  async run(changes = {}) {
    const number = ++this.asked
    const kernel = await this.kernel
    kernel.change(changes)
    Object.assign(this.unsent, changes.arrays)
    if (isShort(kernel.about.steps, kernel.about.neurons)) {
      kernel.run()
      return outcome(kernel)
    }
    const answer = await this.beside(number, kernel)
    if (answer) return opened(answer)
    await kernel.runInParts(() => this.asked != number)
    return outcome(kernel)
  }

  /** What the worker answers; null where there is none. @param {number} number @param {Kernel} kernel */
  beside(number, kernel) {
    if (this.worker === undefined) this.worker = this.helper()
    if (!this.worker) return null
    const {values, numbers, about: {steps}} = kernel
    const changes = {values, numbers, arrays: this.unsent, steps}
    this.unsent = {}
    this.worker.postMessage({number, changes})
    return /** @type {Promise<Answer | null>} */ (new Promise(done => this.waiting.set(number, done)))
  }

  helper() {
    try {
      const worker = new Worker(this.script, {type: "module"})
      worker.onmessage = ({data}) => this.answered(data.number, data)
      worker.onerror = () => { // a policy may forbid it once it is made
        this.worker = null
        for (const number of [...this.waiting.keys()]) this.answered(number, null)
      }
      worker.postMessage({run: this.portable})
      return worker
    } catch {
      return null
    }
  }

  /** @param {number} number @param {Answer | null} answer */
  answered(number, answer) {
    this.waiting.get(number)?.(answer)
    this.waiting.delete(number)
  }

  close() {
    this.asked++
    this.worker?.terminate()
  }
}

/** @typedef {{number: number, found?: Outcome, failed?: {name: string, message: string}}} Answer */

/** @param {Answer} answer @returns {Outcome} */
function opened({found, failed}) {
  if (found) return found
  const known = {Diverged, Cancelled}[/** @type {"Diverged" | "Cancelled"} */ (failed?.name)]
  throw Object.assign(Object.create((known ?? Error).prototype), failed)
}

/** As a worker: runs of one kernel, the newest alone. */
function serve() {
  /** @type {Promise<Kernel>} */
  let kernel
  let newest = 0
  self.onmessage = async ({data}) => {
    if (data.run) {
      kernel = Kernel.of(data.run)
      return
    }
    const {number, changes} = data
    newest = number
    try {
      const one = await kernel
      if (number != newest) throw new Cancelled("another run was asked for")
      one.change(changes)
      await one.runInParts(() => number != newest)
      self.postMessage({number, found: outcome(one)})
    } catch (/** @type {any} */ error) {
      self.postMessage({number, failed: {...error, name: error.name, message: error.message}})
    }
  }
}

if (typeof document == "undefined") serve()
