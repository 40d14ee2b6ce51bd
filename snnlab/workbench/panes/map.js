// A hand in a map of two knobs: menus of what it shows, the trace of the point under the pointer, a click that goes there.

const POINT = "point at the map: the trace there is below it"
const PAUSE = 100 // ms between two messages on a point that the page cannot run

/** Where between the ends of an axis a value is, from 0 to 1. @param {number} value @param {number} from @param {number} length @param {boolean} log */
export function partOf(value, from, length, log) {
  return log ? Math.log(value / from) / Math.log((from + length) / from) : (value - from) / length
}

/** The value in the middle of a cell of an axis. @param {number} k @param {number} count @param {number} from @param {number} length @param {boolean} log */
export function middleOf(k, count, from, length, log) {
  const part = (k + 0.5) / count
  return log ? from * ((from + length) / from) ** part : from + part * length
}

/** @param {number} value @param {string} unit */
const written = (value, unit) => Number.isFinite(value) ? `${Number(value.toPrecision(4))} ${unit == "1" ? "" : unit}`.trim().replace("-", "−") : "–"

/** The shortest number that is nearer to a value than `most`. @param {number} value @param {number} most */
export function shortest(value, most) {
  for (let digits = 1; digits < 15; digits++) {
    const found = Number(value.toPrecision(digits))
    if (Math.abs(found - value) <= most) return found
  }
  return value
}

/** @param {string} tag @param {Record<string, any>} [more] @param {(Node | string)[]} children */
function made(tag, more = {}, ...children) {
  const one = Object.assign(document.createElement(tag), more)
  one.append(...children)
  return one
}

/** A finger drags sideways in a plot, and scrolls up and down: once the plot is there. @param {any} plot @param {number} [frames] */
function scrolled(plot, frames = 100) {
  const shown = /** @type {any} */ (globalThis).Bokeh.index.find_one(plot)
  if (shown?.canvas_view) shown.canvas_view.events_el.style.touchAction = "pan-y"
  else if (frames) requestAnimationFrame(() => scrolled(plot, frames - 1))
}

/** `model.args` has the ids of the plots `figure` and `trace` and of the sources `image`, `here`, `point` and `line`; the
 * `owner` of the knobs, their names, labels and units (that of the measure last), whether axes are logarithmic, and the label
 * `v`. @param {{model: any, view: any}} given */
export function render({model, view}) {
  const {document: page} = view.model
  const heard = new Set()
  let count = 0, last = -Infinity, frame = 0
  /** @type {{x: number, y: number, value: number} | null} the cell under the pointer */
  let cell = null
  /** @param {object} what a hand did */
  const tell = what => { model.done = {...what, number: ++count} }
  const menus = ["colour", "across", "up"].map(name => /** @type {HTMLSelectElement} */ (made("select", {ariaLabel: name})))
  for (const menu of menus) menu.addEventListener("change", () => tell({chosen: menus.map(one => one.value)}))
  const whole = made("button", {type: "button", textContent: "whole range", onclick: () => tell({whole: true})})
  const more = made("button", {type: "button", onclick: () => tell(model.part ? {stop: true} : {more: model.most})})
  const ready = made("span")
  const saves = [["CSV", "csv"], ["NetCDF", "nc"]].map(([textContent, save]) =>
    made("button", {type: "button", textContent, title: "save this map", onclick: () => tell({save})}))
  const [colour, across, up] = menus
  const words = made("output", {textContent: POINT}), legend = made("ul", {ariaLabel: "colours"})
  const root = made("form", {onsubmit: () => false}, made("label", {}, "colour ", colour), made("label", {}, "across ", across),
    made("label", {}, "up ", up), whole, more, ...saves, ready, legend, words)
  const show = () => {
    for (const [k, menu] of menus.entries()) {
      const other = k && model.chosen[3 - k]
      const options = (k ? model.knobs : model.measures).filter((/** @type {string[]} */ [name]) => name != other)
      menu.replaceChildren(...options.map((/** @type {string[]} */ [name, label]) => new Option(label, name)))
      menu.value = model.chosen[k]
    }
    whole.hidden = !model.zoomed
    more.hidden = !model.most
    more.textContent = model.part ? `${model.part}, stop` : `${model.most} × ${model.most} points`
    ready.replaceChildren(...model.ready.flatMap((/** @type {string[]} */ [textContent, href, title]) => [made("a", {textContent, href, title}), " "]))
    legend.hidden = !model.names.length
    /** @type {Map<string, string[]>} names by colours: those that are too many have one in common */
    const colours = new Map()
    for (const [name, background] of model.names) colours.set(background, [...colours.get(background) ?? [], name])
    legend.replaceChildren(...[...colours].map(([background, names]) =>
      made("li", {title: names.join(", ")}, made("i", {style: `background: ${background}`}), names.length > 1 ? "others" : names[0])))
  }
  /** @param {string} name */
  const found = name => page.get_model_by_id(model.args[name] ?? "")
  /** The cell at a point of the plot, its values rounded as far as it reaches; null beside the picture. @param {any} event of Bokeh */
  const cellAt = event => {
    const {image: [image], x: [x], y: [y], dw: [dw], dh: [dh]} = found("image").data
    if (!image) return null
    const [rows, columns] = image.shape, {log} = model.args
    const [i, j] = [partOf(event.x, x, dw, log[0]) * columns, partOf(event.y, y, dh, log[1]) * rows].map(Math.floor)
    if (!(i >= 0 && i < columns && j >= 0 && j < rows)) return null
    const across = middleOf(i, columns, x, dw, log[0]), up = middleOf(j, rows, y, dh, log[1])
    const near = [middleOf(i + 1, columns, x, dw, log[0]) - across, middleOf(j + 1, rows, y, dh, log[1]) - up].map(one => one / 4)
    return {x: shortest(across, near[0]), y: shortest(up, near[1]), value: image[j * columns + i]}
  }
  /** The page runs the point; where it cannot, the server does. */
  const draw = async () => {
    frame = 0
    const here = cell
    if (!here) return
    const {owner, knobs, v} = model.args
    const other = /** @type {any} */ (globalThis).snnlabOthers?.get(owner)
    const shown = await other?.({[knobs[0]]: here.x, [knobs[1]]: here.y})
    if (here != cell) return
    const row = shown?.rows.find((/** @type {any} */ {row: {kind, name}}) => kind == "potential" && name == "v")
    if (!row) {
      if (performance.now() - last < PAUSE) frame = requestAnimationFrame(draw)
      else tell({look: [here.x, here.y]})
      if (!frame) last = performance.now()
      return
    }
    const plot = found("trace"), room = 0.04 * (row.frame[1] - row.frame[0])
    found("line").setv({data: {t: row.t, y: row.y}}, {sync: false})
    plot.x_range.setv({start: 0, end: shown.duration}, {sync: false})
    plot.y_range.setv({start: row.frame[0] - room, end: row.frame[1] + room}, {sync: false})
    if (plot.left[0].axis_label != v) plot.left[0].setv({axis_label: v}, {sync: false})
  }
  /** @param {any} event of Bokeh */
  const look = event => {
    const at = cellAt(event)
    if (at && cell && at.x == cell.x && at.y == cell.y) return
    cell = at
    found("point").setv({data: {x: at ? [at.x] : [], y: at ? [at.y] : []}}, {sync: false})
    if (!at) return
    const {labels, units} = model.args
    const values = [at.x, at.y, at.value].map((value, k) => written(value, units[k])), kind = model.names[at.value]?.[0]
    words.textContent = `${labels[0]} = ${values[0]}, ${labels[1]} = ${values[1]}: ${kind ?? `${model.chosen[0]} ${values[2]}`}`
    frame ||= requestAnimationFrame(draw)
  }
  const leave = () => {
    cell = null
    found("point")?.setv({data: {x: [], y: []}}, {sync: false})
  }
  /** @param {any} event of Bokeh */
  const go = event => {
    look(event) // a finger has not pointed there before
    if (cell) tell({at: [cell.x, cell.y]})
  }
  /** A knob turns: the present point goes with it. @param {Event} event */
  const move = event => {
    const {name, value} = /** @type {CustomEvent} */ (event).detail
    const k = (model.args.knobs ?? []).findIndex((/** @type {string} */ knob) => name == `${model.args.owner}.${knob}`)
    const here = k >= 0 && found("here")
    if (here) here.setv({data: {...here.data, ["xy"[k]]: [value]}}, {sync: false})
  }
  const listen = () => {
    const plot = found("figure")
    if (!plot || heard.has(plot.id)) return
    heard.add(plot.id)
    plot.on_event("mousemove", look)
    plot.on_event("mouseleave", leave)
    plot.on_event("tap", go)
    page.event_manager.subscribed_models.add(plot)
    scrolled(plot)
  }
  model.on("file", () => {
    const {name, type, data} = model.file
    if (!name) return
    model.file = {} // the server need not keep it
    const link = made("a", {href: URL.createObjectURL(new Blob([data], {type})), download: name})
    link.click()
  })
  document.addEventListener("snnlab-moved", move)
  model.on("args", listen)
  for (const name of ["knobs", "measures", "chosen", "names", "zoomed", "ready", "most", "part"]) model.on(name, show)
  model.on("remove", () => document.removeEventListener("snnlab-moved", move))
  show()
  listen()
  return root
}
