// Many experiments: small live pictures under knobs that all share.

import {element} from "../knobs.js"
import {extremes} from "../pictures.js"
import {Panel} from "./panel.js"
import {Shown, inFrame} from "./run.js"

/** @typedef {import("./run.js").Page} Page */
/** @typedef {import("./run.js").Case} Case */
/** @typedef {import("./panel.js").Movable} Movable */
/** @typedef {import("../pictures.js").Row} Row */
/** @typedef {{row: Row, t: Float32Array, y: Float32Array, other?: Float32Array, frame: number[]}} Line */

/** @typedef {ReturnType<typeof import("../pictures.js").pictures>} Found */

const OUT = [-0.35, 2] // of its band: how far a stimulus may leave it

/** A card: a picture that is drawn by hand, as two dozen have to be drawn many times a second. */
export class Card {
  /** @param {Page} page @param {Case} one */
  constructor(page, one) {
    this.page = page
    this.one = one
    /** @type {Shown | null} */
    this.shown = null
    /** @type {Pick<Found, "duration" | "rows"> | null} what is drawn */
    this.found = null
    /** @type {Map<string, number[]>} ranges of what stays comparable: what factors scale */
    this.ranges = new Map()
    this.canvas = /** @type {HTMLCanvasElement} */ (element("canvas"))
    this.canvas.setAttribute("role", "img")
    this.canvas.setAttribute("aria-label", `The run of ${one.name}`)
    this.trouble = element("p", {className: "trouble"})
    this.root = element("article", {}, this.canvas, ...this.words())
  }

  words() {
    const {page, one, trouble} = this
    if (one.card) return [trouble, element("div", {className: "card", innerHTML: one.card})]
    const equations = element("details", {className: "equations", innerHTML: page.equations[one.equations]})
    equations.prepend(element("summary", {textContent: "Equations"}))
    return [element("h2", {textContent: one.name}), trouble, element("div", {className: "words", innerHTML: one.words}), equations]
  }

  async begin() {
    this.shown = await Shown.of(this.page, this.one)
  }

  /** Its own values, but for what a hand has turned. @param {Map<Movable, number>} turned */
  turn(turned) {
    const {shown, one} = this
    if (!shown) return
    shown.values = {...one.values}
    shown.scale(1)
    for (const [{name, factor}, value] of turned) {
      if (!factor) shown.values[name] = value
      else if (one.scaled?.[name]) for (const other of one.scaled[name]) shown.values[other] *= value
      else shown.scale(value)
    }
  }

  /** @param {string} key @param {Float32Array} y */
  range(key, y) {
    if (!this.page.shared.some(one => one.factor)) return range(y)
    if (!this.ranges.has(key)) this.ranges.set(key, range(y))
    return /** @type {number[]} */ (this.ranges.get(key))
  }

  run() {
    if (!this.shown) return
    const {found, trouble} = this.shown.run()
    if (this.trouble.textContent != trouble) this.trouble.textContent = trouble
    this.found = found
    if (found) this.canvas.setAttribute("aria-label", `The run of ${this.one.name}: ${found.total} spikes in ${Number(found.duration.toPrecision(4))} ms`)
  }

  paint() {
    const {canvas, found, page: {picture: {low, high, band}, colors}} = this, scale = devicePixelRatio * (/** @type {any} */ (canvas).currentCSSZoom ?? 1)
    if (!found) return
    const {clientWidth, clientHeight} = canvas
    if (canvas.width != Math.round(clientWidth * scale)) {
      Object.assign(canvas, {width: Math.round(clientWidth * scale), height: Math.round(clientHeight * scale)})
    }
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    pen.clearRect(0, 0, clientWidth, clientHeight)
    /** @param {number} y from `low` to `high` */
    const height = y => clientHeight * (high - y) / (high - low)
    /** @param {string} color @param {number} width */
    const begin = (color, width) => {
      Object.assign(pen, {strokeStyle: color, lineWidth: width})
      pen.beginPath()
    }
    const beside = found.rows.some(({row}) => row.main)
    for (const {row, t, y, other, frame} of /** @type {Line[]} */ (found.rows)) {
      if (row.kind == "raster") { // above the band, or in it
        const [bottom, top] = beside && !row.main ? band : [band[1], 1]
        const [least, most] = frame, half = clientHeight * (top - bottom) / (most - least) / 2
        begin(colors[row.key], 1)
        for (let k = 0; k < t.length; k++) {
          const x = t[k] / found.duration * clientWidth, at = height(bottom + (top - bottom) * (y[k] - least) / (most - least))
          pen.moveTo(x, at - half)
          pen.lineTo(x, at + half)
        }
        pen.stroke()
        continue
      }
      const isMain = row.kind == "potential" || row.main
      const [bottom, top] = isMain ? [0, 1] : band
      const [least, most] = isMain || row.fit === false ? [row.low, row.high] : this.range(row.key, y)
      const [under, over] = isMain ? [0, 1] : OUT
      for (const [values, color] of /** @type {[Float32Array, string][]} */ ([[y, colors[row.key]], ...other ? [[other, colors.decoded]] : []])) {
        begin(color, 1.2)
        for (let k = 0; k < t.length; k++) {
          if (Number.isNaN(values[k])) continue // nothing is decoded yet
          const x = t[k] / found.duration * clientWidth
          const part = Math.min(over, Math.max(under, (values[k] - least) / (most - least)))
          if (row.kind == "input") pen.moveTo(x, height(bottom))
          pen.lineTo(x, height(row.kind == "input" ? top : bottom + (top - bottom) * part))
        }
        pen.stroke()
      }
    }
  }
}

/** Lowest and highest, apart where they are one. @param {Float32Array} values */
function range(values) {
  const [least, most] = extremes(values)
  return most > least ? [least, most] : [least, least + 1]
}

export class Gallery {
  /** @param {Page} page */
  constructor(page) {
    this.cards = page.cases.map(one => new Card(page, one))
    this.knobs = page.shared
    /** @type {Map<Movable, number>} what a hand has turned since the beginning */
    this.turned = new Map()
    this.panel = new Panel((name, value) => {
      const knob = /** @type {Movable} */ (this.knobs.find(one => one.name == name))
      const why = this.cards.map(({shown}) => shown?.refusal(name, value) ?? "").find(Boolean) ?? ""
      if (!why) {
        this.turned.set(knob, value)
        this.run()
      }
      return why
    })
    this.run = inFrame(() => {
      for (const card of this.cards) {
        card.turn(this.turned)
        card.run()
        card.paint()
      }
      this.told()
    })
    this.paint = inFrame(() => { for (const card of this.cards) card.paint() })
    /** @type {HTMLElement[]} */
    this.tools = []
    this.root = element("div", {className: "gallery"}, this.panel.root,
      element("div", {className: "cards"}, ...this.cards.map(card => card.root)))
  }

  async begin() {
    this.panel.hold(this.knobs)
    await this.load()
    this.reset()
    this.watch()
  }

  /** From now on pictures are run here. */
  async load() {
    await Promise.all(this.cards.map(card => card.begin()))
  }

  /** Paint anew whenever there is other room. */
  watch() {
    new ResizeObserver(this.paint).observe(this.root)
  }

  told() {} // for who wants to know what a hand has turned

  colour() {} // pictures have no words

  reset() {
    this.turned.clear()
    for (const {name, factor} of this.knobs) {
      if (factor) {
        this.panel.show(name, 1)
        this.panel.tell(name, "")
        continue
      }
      const values = this.cards.map(({one}) => one.values[name])
      this.panel.show(name, values[0])
      if (values.some(one => one != values[0])) {
        this.panel.tell(name, `from ${Math.min(...values)} to ${Math.max(...values)}, until it is moved`)
      }
    }
    this.run()
  }
}
