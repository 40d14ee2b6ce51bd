// Cards, one for each run: plots over one time that all cards share, painted by hand, as Bokeh would paint so many some
// four times a second. A drag chooses an interval for all of them, a double click shows the whole again.

/** @typedef {{key: string, title: string, label: string, color: string, other: string, raster: boolean, weight: number}} Plot */
/** @typedef {{t: Float32Array, y: Float32Array, frame: number[], other?: Float32Array}} Line */
/** @typedef {{duration: number, rows: (Line & {row: {key: string}})[]}} Shown */
/** @typedef {{start: number, end: number, ruler: number | null, from: number | null, ink: string, font: string}} Look */

const [LEFT, RIGHT, TOP, BELOW, EDGE] = [56, 12, 20, 36, 6] // px around what is drawn
const DASH = 3 // px: half of a mark
const GREY = "#888888"

/** Round numbers from `low` to `high`, about so many; whole ones where these are wanted.
 * @param {number} low @param {number} high @param {number} many @param {boolean} [whole] */
export function ticks(low, high, many, whole = false) {
  const rough = (high - low) / many, power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(whole ? 1 : 0, [1, 2, 5, 10].map(one => one * power).find(one => one >= rough * 0.999) ?? rough)
  const found = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high * (1 + 1e-9); k++) found.push(Number((k * step).toPrecision(12)))
  return found
}

/** @param {HTMLCanvasElement} canvas @param {Plot} plot @param {Line} line @param {boolean} last it has the axis of time @param {Look} look */
function paint(canvas, plot, {t, y, frame: [low, high], other}, last, {start, end, ruler, from, ink, font}) {
  const {clientWidth: width, clientHeight: height} = canvas, scale = devicePixelRatio * (/** @type {any} */ (canvas).currentCSSZoom ?? 1)
  const [w, h] = [width, height].map(one => Math.round(one * scale))
  if (canvas.width != w || canvas.height != h) Object.assign(canvas, {width: w, height: h})
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  const right = width - RIGHT, bottom = height - (last ? BELOW : EDGE)
  /** @param {number} time */
  const across = time => LEFT + (right - LEFT) * (time - start) / (end - start)
  /** @param {number} value */
  const up = value => bottom - (bottom - TOP) * (value - low) / (high - low)
  /** @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  const rule = (x0, y0, x1, y1) => {
    pen.beginPath()
    pen.moveTo(x0, y0)
    pen.lineTo(x1, y1)
    pen.stroke()
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0)
  pen.clearRect(0, 0, width, height)
  Object.assign(pen, {strokeStyle: GREY, fillStyle: ink, lineWidth: 1, font: `11px ${font}`, textBaseline: "middle", textAlign: "right"})
  pen.globalAlpha = 0.3
  pen.strokeRect(LEFT, TOP, right - LEFT, bottom - TOP)
  for (const value of ticks(low, high, 5, plot.raster)) {
    pen.globalAlpha = 0.2
    rule(LEFT, up(value), right, up(value))
    pen.globalAlpha = 0.8
    pen.fillText(String(value), LEFT - 6, up(value))
  }
  Object.assign(pen, {textAlign: "center", textBaseline: "top"})
  for (const value of ticks(start, end, 5)) {
    pen.globalAlpha = 0.2
    rule(across(value), TOP, across(value), bottom)
    pen.globalAlpha = 0.8
    if (last) pen.fillText(String(value), across(value), bottom + 5)
  }
  Object.assign(pen, {globalAlpha: 1, font: `12px ${font}`})
  if (last) pen.fillText("time (ms)", (LEFT + right) / 2, bottom + 20)
  pen.save()
  pen.translate(12, (TOP + bottom) / 2)
  pen.rotate(-Math.PI / 2)
  pen.fillText(plot.label, 0, -6)
  pen.restore()
  Object.assign(pen, {textAlign: "left"})
  pen.fillText(plot.title, LEFT, 4)
  pen.save()
  pen.beginPath()
  pen.rect(LEFT, TOP - DASH, right - LEFT, bottom - TOP + 2 * DASH)
  pen.clip()
  for (const [values, color] of /** @type {[Float32Array | undefined, string][]} */ ([[y, plot.color], [other, plot.other]])) {
    if (!values) continue
    Object.assign(pen, {strokeStyle: color, lineWidth: 1.5})
    pen.beginPath()
    for (let k = 0, apart = true; k < values.length; k++) {
      const [x, at] = [across(t[k]), up(values[k])]
      if (plot.raster) {
        pen.moveTo(x, at - DASH)
        pen.lineTo(x, at + DASH)
      } else if (Number.isNaN(at)) apart = true
      else {
        if (apart) pen.moveTo(x, at)
        else pen.lineTo(x, at)
        apart = false
      }
    }
    pen.stroke()
  }
  if (ruler !== null) {
    Object.assign(pen, {strokeStyle: ink, globalAlpha: 0.4, lineWidth: 1})
    rule(across(ruler), TOP, across(ruler), bottom)
    pen.globalAlpha = 0.15
    if (from !== null) pen.fillRect(across(from), TOP, across(ruler) - across(from), bottom - TOP)
  }
  pen.restore()
}

export class Cards {
  /** @param {{key: string, plots: Plot[]}[]} cards */
  constructor(cards) {
    this.root = document.createElement("div")
    this.root.className = "cards"
    /** @type {Map<string, {caption: HTMLElement, plots: {plot: Plot, canvas: HTMLCanvasElement}[], shown: Shown | null}>} */
    this.cards = new Map(cards.map(({key, plots}) => {
      const [root, caption] = ["article", "div"].map(tag => document.createElement(tag))
      const drawn = plots.map(plot => ({plot, canvas: this.canvas(plot)}))
      caption.className = "caption"
      root.append(caption, ...drawn.map(one => one.canvas))
      this.root.append(root)
      return [key, {caption, plots: drawn, shown: null}]
    }))
    /** @type {[number, number] | null} the times that are shown, where it is not the whole run */
    this.interval = null
    /** @type {number | null} */
    this.ruler = null
    /** @type {number | null} where a drag began */
    this.from = null
    this.asked = false
    new ResizeObserver(() => this.draw()).observe(this.root)
    new MutationObserver(() => this.draw()).observe(document.documentElement, {attributes: true}) // light and dark
  }

  /** @param {Plot} plot */
  canvas(plot) {
    const canvas = document.createElement("canvas")
    canvas.style.flexGrow = String(plot.weight)
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", plot.title)
    /** @param {MouseEvent} event */
    const time = ({offsetX}) => {
      const part = (offsetX - LEFT) / (canvas.clientWidth - LEFT - RIGHT), [start, end] = this.times()
      return start + (end - start) * Math.min(1, Math.max(0, part))
    }
    /** @param {Partial<Cards>} change */
    const becomes = change => {
      Object.assign(this, change)
      this.draw()
    }
    canvas.addEventListener("pointermove", event => becomes({ruler: time(event)}))
    canvas.addEventListener("pointerleave", () => becomes({ruler: null, from: null}))
    canvas.addEventListener("dblclick", () => becomes({interval: null}))
    canvas.addEventListener("pointerdown", event => { // a finger is to scroll
      if (event.pointerType == "mouse") becomes({from: time(event)})
    })
    canvas.addEventListener("pointerup", event => {
      const [start, end] = [this.from ?? time(event), time(event)].sort((one, other) => one - other), [first, last] = this.times()
      becomes({from: null, ...(end - start > 0.01 * (last - first) ? {interval: /** @type {[number, number]} */ ([start, end])} : {})})
    })
    return canvas
  }

  /** The times that are shown. @returns {[number, number]} */
  times() {
    const duration = [...this.cards.values()].find(one => one.shown)?.shown?.duration ?? 1
    return this.interval && this.interval[0] < duration ? this.interval : [0, duration]
  }

  /** @param {string} key @param {Shown} shown */
  show(key, shown) {
    const card = this.cards.get(key)
    if (card) card.shown = shown
    this.draw()
  }

  /** The words above its plots, as HTML. @param {string} key @param {string} html */
  say(key, html) {
    const caption = this.caption(key)
    if (caption && caption.innerHTML != html) caption.innerHTML = html
  }

  /** @param {string} key */
  caption(key) {
    return this.cards.get(key)?.caption
  }

  /** Paint in the next frame. */
  draw() {
    if (this.asked) return
    this.asked = true
    requestAnimationFrame(() => {
      this.asked = false
      const {color: ink, fontFamily: font} = getComputedStyle(this.root), [start, end] = this.times()
      const look = {start, end, ink, font, ruler: this.ruler, from: this.from}
      for (const {plots, shown} of this.cards.values()) {
        for (const {plot, canvas} of plots) {
          const line = shown?.rows.find(({row}) => row.key == plot.key)
          if (line && canvas.clientWidth) paint(canvas, plot, line, plot == plots.at(-1)?.plot, look)
        }
      }
    })
  }
}
