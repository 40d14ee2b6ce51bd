// One experiment: its plots under all of its knobs, its numbers, equations and words; a menu leads to others.

import {element} from "../knobs.js"
import {keepStyles, show, tell} from "../pictures.js"
import {Traces} from "../traces.js"
import {Panel} from "./panel.js"
import {Shown, inFrame} from "./run.js"

/** @typedef {import("./run.js").Page} Page */

const HAND = "(pointer: coarse)" // a finger that scrolls is not to draw boxes

export class Explorer {
  /** @param {Page} page @param {any} Bokeh */
  constructor(page, Bokeh) {
    this.page = page
    /** @type {Map<number, Shown>} by kernel */
    this.runs = new Map()
    /** @type {Shown | null} */
    this.shown = null
    this.asked = 0
    this.panel = new Panel((name, value) => {
      if (!this.shown) return ""
      const why = this.shown.refusal(name, value)
      if (!why) {
        this.shown.values[name] = value
        this.draw()
      }
      return why
    })
    this.draw = inFrame(() => this.paint())
    this.Bokeh = Bokeh
    /** @type {any} of Bokeh */
    this.document = null
    this.menu = /** @type {HTMLSelectElement} */ (element("select", {ariaLabel: "preset"}))
    page.cases.forEach(({name}, k) => this.menu.append(element("option", {value: String(k), textContent: name})))
    this.menu.addEventListener("change", () => this.pick(Number(this.menu.value)))
    this.changed = element("span", {className: "changed", textContent: "changed", hidden: true})
    this.tools = page.cases.length > 1 ? [this.menu, this.changed] : [this.changed]
    this.plots = element("div", {className: "plots"})
    this.numbers = element("section")
    this.trouble = element("p", {className: "trouble"})
    this.trouble.setAttribute("role", "alert")
    this.equations = element("div", {className: "equations"})
    this.words = element("div", {className: "words"})
    this.root = element("main", {className: "explorer"}, this.plots, this.panel.root,
      element("div", {className: "beside"}, this.numbers, this.trouble, element("h2", {textContent: "Equations"}), this.equations, this.words))
  }

  async begin() {
    const views = await this.Bokeh.embed.embed_item(this.page.plots, this.plots)
    this.document = views.roots[0].model.document
    new Traces(this.Bokeh, this.document.roots()[0], this.page.levels)
    if (matchMedia(HAND).matches) for (const plot of this.all()) plot.toolbar.setv({active_drag: null, active_scroll: null})
    await this.pick(0)
  }

  /** All plots, from top to bottom. @returns {any[]} */
  all() {
    return this.document.roots()[0].children
  }

  /** Words of plots in this colour. @param {string} ink */
  colour(ink) {
    for (const plot of this.all()) {
      plot.title.setv({text_color: ink})
      for (const axis of [...plot.below, ...plot.left]) {
        axis.setv({axis_label_text_color: ink, major_label_text_color: ink})
      }
    }
  }

  reset() {
    return this.pick(Number(this.menu.value))
  }

  /** Show one of the experiments as it is at first. @param {number} k */
  async pick(k) {
    const {page} = this, one = page.cases[k], number = ++this.asked
    if (!this.runs.has(one.kernel)) this.runs.set(one.kernel, await Shown.of(page, one))
    if (number != this.asked) return // another was picked meanwhile
    const shown = /** @type {Shown} */ (this.runs.get(one.kernel)), {knobs, drawing} = shown.form
    this.shown = shown
    shown.values = {...one.values}
    this.panel.hold(knobs)
    for (const {name} of knobs) this.panel.show(name, shown.values[name])
    const keys = drawing.rows.map(row => `${drawing.prefix}.${row.key}`), plots = this.all()
    const last = plots.filter(plot => keys.includes(plot.name)).at(-1)
    for (const plot of plots) {
      plot.visible = keys.includes(plot.name)
      plot.below[0].visible = plot == last
    }
    this.equations.innerHTML = page.equations[one.equations]
    this.words.innerHTML = one.words
    this.numbers.innerHTML = Object.keys(drawing.measures).length ? page.numbers : "" // a neuron that never spikes
    this.paint()
  }

  paint() {
    if (!this.shown) return
    const {found, trouble} = this.shown.run()
    const {drawing} = this.shown.form
    this.trouble.textContent = trouble
    const {values} = this.page.cases[Number(this.menu.value)], {shown} = this
    const moved = Object.keys(values).some(name => values[name] != shown.values[name])
    this.changed.hidden = !moved
    this.words.classList.toggle("moved", moved)
    if (!found) return
    keepStyles(this.Bokeh)
    show(this.document, drawing, found)
    tell(this.numbers, drawing.measures, found)
  }
}
