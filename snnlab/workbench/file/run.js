// An experiment of the page: its kernel, run with the values that its knobs have.

import {Diverged, Kernel} from "../../engine/portable.js"
import {Decoder} from "../decode.js"
import {pictures, refused} from "../pictures.js"

/** @typedef {import("./panel.js").Movable} Movable */
/** @typedef {import("../../engine/portable.js").Portable} Portable */
/** @typedef {{run: Portable, answers: Portable | null, drawing: import("../pictures.js").Drawing, knobs: Movable[]}} Form */
/**
 * @typedef {object} Case
 * @property {string} name
 * @property {number} kernel
 * @property {Record<string, number>} values
 * @property {number} equations
 * @property {string} words
 * @property {Record<string, string[]>} [scaled] what a factor scales: a knob -> values; an array, where there are none
 * @property {string} [card] all that is said under its picture, as HTML, where it is another page's
 */
/**
 * @typedef {object} Page
 * @property {string} title
 * @property {string} version of snnlab
 * @property {Form[]} kernels
 * @property {Case[]} cases
 * @property {string[]} equations as MathML
 * @property {string} numbers as HTML, with a row for each that is counted
 * @property {any} plots as Bokeh's JSON; null in a gallery
 * @property {Movable[]} shared knobs of a gallery
 * @property {{band: [number, number], low: number, high: number}} picture of a gallery
 * @property {Record<string, string>} colors
 * @property {Record<string, string>} levels colours of potentials that are marked
 * @property {number} most neuron-steps that are run at once
 * @property {string} tooLong
 * @property {string} stopped
 * @property {string} refused
 */

/** A function that does its work in the next frame, once, however often it is called. @param {() => void} work */
export function inFrame(work) {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      work()
    })
  }
}

export class Shown {
  /** @param {Page} page @param {Case} one */
  static async of(page, one) {
    const form = page.kernels[one.kernel]
    const [kernel, answers] = await Promise.all([form.run, form.answers].map(run => run && Kernel.of(run)))
    return new Shown(page, one, form, /** @type {Kernel} */ (kernel), answers && new Decoder(answers))
  }

  /** @param {Page} page @param {Case} one @param {Form} form @param {Kernel} kernel @param {Decoder | null} decoder */
  constructor(page, one, form, kernel, decoder) {
    this.page = page
    this.one = one
    this.form = form
    this.kernel = kernel
    this.decoder = decoder
    this.values = {...one.values}
    this.given = /** @type {Float32Array | undefined} */ (kernel.given.get("current"))
  }

  /** Take the stimulus, which is no function of values, so many times. @param {number} factor */
  scale(factor) {
    if (this.given) this.kernel.change({arrays: {current: this.given.map(one => one * factor)}})
  }

  /** Why a value cannot be had, where it makes the run too long; else "". @param {string} name @param {number} value */
  refusal(name, value) {
    const values = {...this.values, [name]: value}, {about} = this.kernel
    const last = this.kernel.values
    if (!("run.dt" in values)) return ""
    const cuts = about.steps * last["run.dt"] / last["run.duration"] // of one step of dt
    const steps = Math.round(cuts * values["run.duration"] / values["run.dt"])
    if (steps * about.neurons <= this.page.most) return ""
    return this.page.tooLong.replace("{steps}", steps.toLocaleString("en")).replace("{neurons}", String(about.neurons))
  }

  /** The pictures of a run with the values as they are, null where they are refused, and what there is to say of it. */
  run() {
    const {kernel, decoder, page, form: {drawing}} = this
    kernel.change({values: this.values})
    let trouble = ""
    try {
      kernel.run()
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
      const {variable, neuron, time} = /** @type {any} */ (error) // counted from 1 here, as in the raster
      trouble = page.stopped.replace("{variable}", variable).replace("{neuron}", String(neuron + 1))
      trouble = trouble.replace("{time}", String(Number(time.toPrecision(4))))
    }
    if (refused(kernel, drawing)) return {found: null, trouble: page.refused}
    return {found: pictures(kernel, drawing, decoder), trouble}
  }
}
