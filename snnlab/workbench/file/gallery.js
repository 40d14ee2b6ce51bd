// Many experiments: small live pictures under knobs that all share.

import {element} from "../knobs.js"
import {extremes} from "../pictures.js"
import {Panel} from "./panel.js"
import {Shown, inFrame} from "./run.js"

/** @typedef {import("./run.js").Page} Page */
/** @typedef {import("./run.js").Case} Case */
/** @typedef {import("../pictures.js").Row} Row */
/** @typedef {{row: Row, t: Float32Array, y: Float32Array, other?: Float32Array, frame: number[]}} Line */

/** A card: a picture that is drawn by hand, as two dozen have to be drawn many times a second. */
class Card {
  /** @param {Page} page @param {Case} one */
  constructor(page, one) {
    this.page = page
    this.one = one
    /** @type {Shown | null} */
    this.shown = null
    this.canvas = /** @type {HTMLCanvasElement} */ (element("canvas"))
    this.canvas.setAttribute("role", "img")
    this.canvas.setAttribute("aria-label", `The run of ${one.name}`)
    this.trouble = element("p", {className: "trouble"})
    const equations = element("details", {className: "equations", innerHTML: page.equations[one.equations]})
    equations.prepend(element("summary", {textContent: "Equations"}))
    this.root = element("article", {}, this.canvas, element("h2", {textContent: one.name}), this.trouble,
      element("div", {className: "words", innerHTML: one.words}), equations)
  }

  async begin() {
    this.shown = await Shown.of(this.page, this.one)
  }

  paint() {
    if (!this.shown) return
    const {found, trouble} = this.shown.run()
    if (this.trouble.textContent != trouble) this.trouble.textContent = trouble
    if (!found) return
    const {canvas, page: {picture: {low, high, band}, colors}} = this, scale = devicePixelRatio
    const {clientWidth, clientHeight} = canvas
    if (canvas.width != clientWidth * scale) Object.assign(canvas, {width: clientWidth * scale, height: clientHeight * scale})
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
    for (const {row, t, y, other, frame} of /** @type {Line[]} */ (found.rows)) {
      if (row.kind == "raster") { // above the band
        const [least, most] = frame, high = clientHeight * (1 - band[1]) / (most - least) / 2
        begin(colors[row.key], 1)
        for (let k = 0; k < t.length; k++) {
          const x = t[k] / found.duration * clientWidth, at = height(band[1] + (1 - band[1]) * (y[k] - least) / (most - least))
          pen.moveTo(x, at - high)
          pen.lineTo(x, at + high)
        }
        pen.stroke()
        continue
      }
      const [bottom, top] = row.kind == "potential" ? [0, 1] : band
      const [least, most] = row.fit ? range(y) : [row.low, row.high]
      for (const [values, color] of /** @type {[Float32Array, string][]} */ ([[y, colors[row.key]], ...other ? [[other, colors.decoded]] : []])) {
        begin(color, 1.2)
        for (let k = 0; k < t.length; k++) {
          if (Number.isNaN(values[k])) continue // nothing is decoded yet
          const x = t[k] / found.duration * clientWidth
          const part = Math.min(1, Math.max(0, (values[k] - least) / (most - least)))
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
    this.panel = new Panel((name, value) => {
      const why = this.cards.map(({shown}) => shown?.refusal(name, value) ?? "").find(Boolean) ?? ""
      if (!why) {
        for (const {shown} of this.cards) if (shown) shown.values[name] = value
        this.draw()
      }
      return why
    })
    this.draw = inFrame(() => this.paint())
    /** @type {HTMLElement[]} */
    this.tools = []
    this.root = element("main", {className: "gallery"}, this.panel.root,
      element("div", {className: "cards"}, ...this.cards.map(card => card.root)))
  }

  async begin() {
    this.panel.hold(this.knobs)
    await Promise.all(this.cards.map(card => card.begin()))
    this.reset()
    new ResizeObserver(this.draw).observe(this.root)
  }

  colour() {} // pictures have no words

  reset() {
    for (const {shown, one} of this.cards) if (shown) shown.values = {...one.values}
    for (const {name} of this.knobs) {
      const values = this.cards.map(({one}) => one.values[name])
      this.panel.show(name, values[0])
      if (values.some(one => one != values[0])) {
        this.panel.tell(name, `from ${Math.min(...values)} to ${Math.max(...values)}, until it is moved`)
      }
    }
    this.draw()
  }

  paint() {
    for (const card of this.cards) card.paint()
  }
}
