// What a page does to plots of Bokeh's: it paints them anew in another light, enlarges them for a wall, and names them.

{
  const root = document.documentElement
  const TYPE = 1.3, LINES = 1.8 // at a wall
  const PAUSE = 500 // ms without a change, after which plots say what they show

  /** @returns {any[]} */
  const documents = () => (/** @type {any} */ (globalThis)).Bokeh?.documents ?? []
  /** The plots, with all that belongs to them. @returns {any[]} */
  const models = () => documents().flatMap(one => [...one.all_models])
  /** @param {any} model */
  const isPlot = model => "toolbar" in model.properties

  // -- at a wall: type and lines, which no style sheet reaches ---------------------------------------------------------

  /** @type {WeakMap<object, Record<string, any>>} what was so before */
  const plain = new WeakMap()
  /** @param {any} model @returns {Record<string, any>} */
  const enlarged = model => {
    /** @type {Record<string, any>} */
    const found = {}
    for (const name of Object.keys(model.properties)) {
      if (!/^(line_width|min_border_left|.*text_font_size)$/.test(name)) continue
      const value = model[name], given = value?.value ?? value
      const number = typeof given == "string" ? /^([0-9.]+)px$/.exec(given)?.[1] : given
      if (!number || name == "line_width" && given === value) continue // a line of an axis, not of what is drawn
      const larger = name == "line_width" ? LINES * number : typeof given == "string" ? `${TYPE * Number(number)}px` : TYPE * number
      found[name] = given === value ? larger : {value: larger}
    }
    return found
  }
  const enlarge = () => {
    const on = root.classList.contains("projector")
    for (const model of models()) {
      const before = plain.get(model)
      if (on === Boolean(before)) continue
      const now = before ?? enlarged(model)
      if (on) plain.set(model, Object.fromEntries(Object.keys(now).map(name => [name, model[name]])))
      else plain.delete(model)
      if (Object.keys(now).length) model.setv(now, {sync: false})
    }
  }

  // -- a name and a sentence for each, for those who do not see it -----------------------------------------------------

  /** @param {number} value */
  const short = value => String(Number(value.toPrecision(3)))
  /** The name of the pane in which a plot is, "" where it is in none. @param {any} view */
  const paneOf = view => {
    const host = view.el.getRootNode().host
    const heads = host?.matches(".pane") ? [...host.shadowRoot.children] : []
    return heads.map(one => one.shadowRoot?.querySelector("h2")?.textContent).find(Boolean) ?? ""
  }
  /** What a plot shows now. @param {any} plot @param {string} pane */
  const sentence = (plot, pane) => {
    const [y, x] = [plot.left, plot.below].map(([axis]) => axis?.axis_label ?? "")
    let marks = 0
    /** @type {Map<string, [number, number]>} least and most of what is drawn, by the kind of glyph */
    const ends = new Map()
    for (const {glyph, data_source: {data}, visible} of plot.renderers) {
      const rows = visible && data[(glyph.y ?? glyph.ys ?? glyph.top)?.field]
      if (!rows || glyph.line_alpha?.value < 1) continue // what is pale is beside it
      if (glyph.type == "Scatter") marks += rows.length
      let [least, most] = ends.get(glyph.type) ?? [Infinity, -Infinity]
      for (const row of rows) {
        for (const value of glyph.type == "MultiLine" ? row : [row]) {
          if (value < least) least = value
          if (value > most) most = value
        }
      }
      if (least <= most) ends.set(glyph.type, [least, most])
    }
    const [least, most] = ["Quad", "Line", "MultiLine"].map(kind => ends.get(kind)).find(Boolean) ?? [1, 0]
    const what = `${y} over ${x} from ${short(plot.x_range.start)} to ${short(plot.x_range.end)}`
    const line = least > most ? "" : least == most ? `, always ${short(least)}` : `, between ${short(least)} and ${short(most)}`
    const title = [pane, plot.title?.text].filter(Boolean).join(", ")
    return `${title ? `${title}: ` : ""}${what}${line}${marks ? `, ${marks} mark${marks > 1 ? "s" : ""}` : ""}.`
  }
  const name = () => {
    for (const plot of models()) {
      if (!isPlot(plot)) continue
      const view = (/** @type {any} */ (globalThis)).Bokeh.index.find_one(plot), seen = view?.canvas_view?.events_el
      if (!seen) continue
      seen.setAttribute("role", "img")
      seen.setAttribute("aria-label", sentence(plot, paneOf(view)))
    }
  }

  let dark = root.classList.contains("dark"), timer = 0
  const soon = () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      enlarge() // what came since
      name()
    }, PAUSE)
  }
  /** @type {WeakSet<object>} */
  const heard = new WeakSet()
  new MutationObserver(() => {
    enlarge()
    for (const one of documents()) {
      if (!heard.has(one)) one.on_change(soon)
      heard.add(one)
    }
    soon()
    if (dark == root.classList.contains("dark")) return
    dark = !dark
    for (const model of models()) if (isPlot(model)) model.change.emit()
  }).observe(root, {attributes: true, attributeFilter: ["class", "data-rests"]})
}
