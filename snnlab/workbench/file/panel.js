// The knobs of a page: in groups, each with what it says of a value that it does not take.

import {Control, element, placeOf, valueAt} from "../knobs.js"

/**
 * @typedef {object} More
 * @property {string} name
 * @property {string} group
 * @property {[number, number]} allowed
 * @property {boolean} [factor] of what each experiment has
 * @property {string} number a pattern: what is taken for one
 * @property {{number: string, range: string, whole: string}} refusals sentences, with {} for the value
 */
/** @typedef {import("../knobs.js").Knob & More} Movable */

const FOLDED = ["Run", "Initial state"]

/** What was typed, as a value or as a sentence on why it is none: `typed` of controls.py.
 * @param {Movable} knob @param {string} text @returns {number | string} */
export function read({allowed: [least, most], number, whole, refusals}, text) {
  const given = text.trim().replaceAll(",", ".").replaceAll("−", "-")
  const value = Number(given), why =
    !RegExp(number).test(given) ? "number" : !(value >= least && value <= most) ? "range" :
    whole && !Number.isInteger(value) ? "whole" : ""
  return why ? refusals[why].replace("{}", () => given) : value
}

/** Knobs; `moved(name, value)` hears of a hand, and answers with why the value is not taken, or "". */
export class Panel {
  /** @param {(name: string, value: number) => string} moved */
  constructor(moved) {
    this.moved = moved
    this.root = element("div", {className: "panel"})
    /** @type {Map<string, {knob: Movable, control: Control}>} */
    this.controls = new Map()
  }

  /** Other knobs. @param {Movable[]} knobs */
  hold(knobs) {
    this.controls.clear()
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map()
    for (const knob of knobs) {
      const control = new Control(knob, {
        slid: place => this.turn(knob, valueAt(knob, place)),
        typed: text => {
          const value = read(knob, text)
          if (typeof value == "string") this.refuse(knob.name, value)
          else if (this.turn(knob, value)) this.show(knob.name, value)
        },
      })
      this.controls.set(knob.name, {knob, control})
      if (!groups.has(knob.group)) groups.set(knob.group, this.group(knob.group))
      groups.get(knob.group)?.lastElementChild?.append(control.root)
    }
    this.root.replaceChildren(...groups.values())
  }

  /** @param {string} title */
  group(title) {
    const [name, knobs] = [element("summary", {textContent: title}), element("div", {className: "knobs"})]
    return element("details", {open: !FOLDED.includes(title)}, name, knobs)
  }

  /** Whether the page takes a value. @param {Movable} knob @param {number} value */
  turn(knob, value) {
    const why = this.moved(knob.name, value)
    this.refuse(knob.name, why)
    return !why
  }

  /** Say why a value is not taken; "" says nothing. @param {string} name @param {string} why */
  refuse(name, why) {
    this.controls.get(name)?.control.refuse(why)
  }

  /** Say something under a knob. @param {string} name @param {string} words */
  tell(name, words) {
    const found = this.controls.get(name)
    if (found) found.control.message.textContent = words
  }

  /** @param {string} name @param {number} value */
  show(name, value) {
    const found = this.controls.get(name)
    if (!found) return
    const {knob, control} = found
    const [start, end] = [Math.min(knob.low, value), Math.max(knob.high, value)].map(one => placeOf(knob, one))
    control.show({start, end, step: knob.step, value: placeOf(knob, value), text: String(value), message: "", disabled: false})
  }
}
