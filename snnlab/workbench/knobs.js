// A knob, made from its definition: a slider and a field for the same number. What a hand does is shown at once; a server
// hears of it at most ten times a second, and what it answers is shown unless the hand is further on by then.

/**
 * @typedef {object} Knob
 * @property {string} label
 * @property {string} unit
 * @property {number} low of the usual range
 * @property {number} high
 * @property {boolean} log the slider's place is a logarithm
 * @property {boolean} whole
 * @property {number} step of the slider's place
 */

const PAUSE = 100 // ms between two messages of a hand that moves

/** Where on the slider a value is: its logarithm, where decades matter. @param {Knob} knob @param {number} value */
export function placeOf(knob, value) {
  return knob.log ? Math.log10(Math.max(value, 1e-3 * knob.low)) : value
}

/** The value at a place of the slider; the ends are those of its range, to the digit. @param {Knob} knob @param {number} place */
export function valueAt(knob, place) {
  if (knob.whole) return Math.trunc(place)
  if (!knob.log) return Number(place.toFixed(9))
  const end = [knob.low, knob.high].find(one => Math.abs(placeOf(knob, one) - place) < 1e-6)
  return end ?? Number((10 ** place).toPrecision(3))
}

/** As it is written: six digits. @param {number} value */
export const written = value => String(Number(value.toPrecision(6)))

/** @param {string} tag @param {Record<string, any>} [more] @param {(Node | string)[]} children */
export function element(tag, more = {}, ...children) {
  const made = Object.assign(document.createElement(tag), more)
  made.append(...children)
  return made
}

let count = 0

/** A slider and a field; `slid(place)` and `typed(text)` hear of a hand. */
export class Control {
  /** @param {Knob} knob @param {{slid: (place: number) => void, typed: (text: string) => void}} hand */
  constructor(knob, {slid, typed}) {
    this.knob = knob
    const id = `knob-${count++}`
    this.slider = /** @type {HTMLInputElement} */ (element("input", {type: "range", id}))
    this.field = /** @type {HTMLInputElement} */ (element("input", {type: "text", inputMode: "decimal", autocomplete: "off"}))
    this.message = element("p", {className: "message", id: `${id}-message`})
    this.slider.setAttribute("aria-label", knob.label)
    this.field.setAttribute("aria-label", `${knob.label}, as a number`)
    this.field.setAttribute("aria-describedby", this.message.id)
    this.message.setAttribute("role", "status")
    this.usual = NaN
    this.reset = /** @type {HTMLButtonElement} */ (element("button", {type: "button", textContent: "↺", hidden: true}))
    const back = () => typed(String(this.usual))
    this.reset.addEventListener("click", () => {
      back()
      this.slider.focus() // the button is about to go
    })
    const label = element("label", {htmlFor: id, textContent: knob.label})
    for (const part of [label, this.slider]) part.addEventListener("dblclick", () => { if (!this.reset.hidden) back() })
    this.root = element("div", {className: "knob"}, element("span", {className: "name"}, label, this.reset), this.slider,
      element("span", {className: "field"}, this.field, element("small", {textContent: knob.unit})), this.message)
    this.slider.addEventListener("input", () => {
      const place = Number(this.slider.value)
      this.write(valueAt(knob, place))
      slid(place)
    })
    this.text = "" // of the field, as long as no hand writes there
    this.editing = false // what is in the field is not said yet: nothing may be written over it
    this.field.addEventListener("input", () => { this.editing = true })
    this.field.addEventListener("blur", () => { this.editing = false })
    this.field.addEventListener("change", () => {
      this.editing = false
      typed(this.field.value)
    })
  }

  /** `usual` is the value to which a reset leads; none where there is no such thing.
   * @param {{start: number, end: number, step: number, value: number, text?: string, message: string, disabled: boolean, usual?: number}} state */
  show({start, end, step, value, text, message, disabled, usual = NaN}) {
    Object.assign(this.slider, {min: String(start), max: String(end), step: String(step), value: String(value), disabled})
    this.field.disabled = this.reset.disabled = disabled
    this.usual = usual
    const words = `Back to ${`${written(usual)} ${this.knob.unit}`.trim()}: ${this.knob.label}`
    this.reset.title = words
    this.reset.setAttribute("aria-label", words)
    this.message.textContent = message
    this.field.setAttribute("aria-invalid", String(!!message))
    this.write(valueAt(this.knob, value), text)
  }

  /** @param {number} value @param {string} [text] in the field, where it is not the value in six digits */
  write(value, text = written(value)) {
    this.text = text
    if (!this.editing) this.put(text)
    this.reset.hidden = Number.isNaN(this.usual) || written(value) === written(this.usual)
    this.slider.setAttribute("aria-valuetext", `${written(value)} ${this.knob.unit}`.trim())
    this.fill()
  }

  /** Say why what was typed is not taken: what runs is shown again. @param {string} why */
  refuse(why) {
    this.message.textContent = why
    this.field.setAttribute("aria-invalid", String(!!why))
    if (why) this.put(this.text)
  }

  /** What was selected to be written over still is. @param {string} text */
  put(text) {
    const {field} = this, {value} = field
    if (value == text) return
    const selected = field.matches(":focus") && value && field.selectionStart == 0 && field.selectionEnd == value.length
    field.value = text
    if (selected) field.select()
  }

  /** Colour what is to the left of the place. */
  fill() {
    const [low, high, at] = [this.slider.min, this.slider.max, this.slider.value].map(Number)
    this.slider.style.setProperty("--part", String(high > low ? (at - low) / (high - low) : 0))
  }
}

/** Between a knob and its symbol in the equations: who points at one sees the other. A part of a drawing that stands for
 * one of its values turns it to that.
 * @param {string} knob @param {Control} control @param {any} view @param {(value: number) => void} turn
 * @returns {() => void} that ends it */
function pair(knob, {root, slider}, view, turn) {
  const [owner, ...rest] = knob.split("."), name = rest.join(".")
  /** @param {string} words */
  const shown = words => {
    const model = view.model.document?.get_model_by_name(`${owner}.${words}`)
    return model && /** @type {any} */ (globalThis).Bokeh.index.find_one(model)
  }
  const equations = () => shown("equations")
  /** @param {boolean} on */
  const light = on => {
    for (const one of equations()?.shadow_el.querySelectorAll("[data-knob]") ?? []) one.classList.toggle("lit", on && one.dataset.knob == name)
  }
  root.addEventListener("pointerenter", () => light(true))
  root.addEventListener("focusin", () => light(true))
  root.addEventListener("pointerleave", () => light(root.matches(":focus-within")))
  root.addEventListener("focusout", () => light(false))
  /** @param {MouseEvent} event */
  const hear = event => {
    const path = /** @type {HTMLElement[]} */ (event.composedPath())
    const symbol = path.find(one => one.dataset?.knob)
    if (symbol?.dataset.knob != name) return
    if (symbol.dataset.value && path.includes(shown("model.words")?.el)) turn(Number(symbol.dataset.value))
    if (!path.includes(equations()?.el)) return
    if (!root.offsetParent) document.getElementById("drawer")?.click() // it is closed
    root.scrollIntoView({block: "nearest"})
    slider.focus({preventScroll: true})
    root.classList.remove("lit")
    void root.offsetWidth // so that it begins anew
    root.classList.add("lit")
  }
  document.addEventListener("click", hear)
  return () => document.removeEventListener("click", hear)
}

/** In a page of Panel: the server's model, which hears of a hand by `moved` and answers by `told`. @param {{model: any, view: any}} given */
export function render({model, view}) {
  let number = 0, timer = 0, last = -Infinity
  let {value: place, text, amount} = model
  /** @type {{place: number} | {text: string}} */
  let waiting
  const send = () => {
    timer = 0
    last = performance.now()
    if (document.documentElement.dataset.server != "lost") model.moved = {number, ...waiting} // else session.js keeps it
  }
  /** @param {{place: number} | {text: string}} what */
  const hear = what => {
    number += 1
    waiting = what
    timer ||= window.setTimeout(send, Math.max(0, last + PAUSE - performance.now()))
  }
  const run = () => control.root.dispatchEvent(new CustomEvent("snnlab-moved", {
    bubbles: true, composed: true, detail: {name: model.knob, value: amount},
  }))
  const control = new Control(model, {
    slid: at => {
      place = at
      text = ""
      amount = valueAt(model, at)
      run()
      hear({place})
    },
    typed: given => {
      if (isAlone()) {
        typeAlone(given)
        return
      }
      text = given // an answer to an older one does not take its place
      hear({text})
    },
  })
  /** A number that nobody but the page can look at: those of the slider can all be run. @param {string} given */
  const typeAlone = given => {
    const value = Number(given.trim().replace(",", ".").replace("−", "-")), at = placeOf(model, value)
    const isFit = given.trim() != "" && at >= model.start && at <= model.end && (!model.whole || Number.isInteger(value))
    control.refuse(isFit ? "" : `The server does not answer: until then, give a number from ${written(valueAt(model, model.start))} to ${written(valueAt(model, model.end))}`)
    if (!isFit) return
    take(value)
    run()
  }
  /** @param {number} value to every digit */
  const take = value => {
    place = placeOf(model, value)
    text = String(value)
    amount = value
    control.slider.value = String(place)
    control.write(amount, text)
    hear({text})
  }
  /** Whether the page itself runs what this moves, so that it needs no server. */
  const isHere = () => {
    const [owner, ...name] = model.knob.split(".")
    return /** @type {any} */ (globalThis).snnlabRuns?.get(owner)?.has(name.join(".")) ?? false
  }
  const isAlone = () => model.disabled && isHere()
  const show = () => {
    const {start, end, step, message} = model
    // a text is shown to every digit that was given
    const {usual} = model, disabled = model.disabled && !isHere()
    control.show({start, end, step, message, disabled, usual, value: place, text: text || undefined})
    if (text) control.write(amount, text) // that of the place may be a rounded one
  }
  const answer = () => {
    if (model.told.number < number) return // the hand is further on
    ;({number, place, text, amount} = model.told)
    show()
  }
  if (model.knob) {
    const knobs = /** @type {any} */ (globalThis).snnlabKnobs ??= new Map()
    /** @param {number} value */
    const turn = value => { // as a hand would
      control.slider.value = String(placeOf(model, value))
      control.slider.dispatchEvent(new Event("input"))
    }
    const knob = Object.assign(() => amount, {turn, set: take, touched: () => number > 0})
    knobs.set(model.knob, knob)
    const end = pair(model.knob, control, view, turn)
    model.on("remove", () => {
      end()
      if (knobs.get(model.knob) == knob) knobs.delete(model.knob)
    })
  }
  for (const name of ["start", "end", "message", "disabled", "usual"]) model.on(name, show)
  model.on("told", answer)
  show()
  return model.heading ? element("div", {}, element("h3", {textContent: model.heading}), control.root) : control.root
}
