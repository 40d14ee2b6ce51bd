// The pictures of the entrance, in the cards that the page has: each runs its experiment, and follows its knob.

/** @typedef {import("../file/run.js").Page} Page */
/** @typedef {typeof import("../file/gallery.js") & typeof import("../knobs.js") & typeof import("../file/panel.js")} Runtime */

/** @param {{model: any}} given */
export function render({model}) {
  const source = URL.createObjectURL(new Blob([model.runtime], {type: "text/javascript"}))
  const runtime = /** @type {Promise<Runtime>} */ (import(source))
  /** @type {Set<string>} */
  const begun = new Set()
  const take = async () => {
    const loaded = await runtime
    for (const [number, page] of Object.entries(model.arrived)) {
      const root = document.getElementById(`question-${number}`)
      if (!root || begun.has(number)) continue
      begun.add(number)
      begin(loaded, root, /** @type {Page} */ (page))
    }
  }
  model.on("arrived", take)
  take()
  return document.createElement("div")
}

/** @param {Runtime} runtime @param {HTMLElement} root of the card @param {Page} page */
async function begin({Card, Control, placeOf, read, valueAt}, root, page) {
  const [one] = page.cases, [knob] = page.kernels[one.kernel].knobs
  const link = /** @type {HTMLAnchorElement} */ (root.querySelector("a"))
  const card = new Card(page, one)
  await card.begin()
  const control = new Control(knob, {
    slid: place => {
      control.refuse("")
      turn(valueAt(knob, place))
    },
    typed: text => {
      const value = read(knob, text)
      control.refuse(typeof value == "string" ? value : "")
      if (typeof value == "string") return
      show(value)
      turn(value)
    },
  })
  let now = one.values[knob.name], asked = false
  /** @param {number} value */
  const show = value => {
    const [start, end] = [Math.min(knob.low, value), Math.max(knob.high, value)].map(one => placeOf(knob, one))
    control.show({start, end, step: knob.step, value: placeOf(knob, value), text: String(value), message: "", disabled: false})
  }
  const draw = () => {
    asked = false
    card.turn(new Map([[knob, now]]))
    card.run()
    card.paint()
  }
  /** @param {number} value */
  const turn = value => {
    now = value
    const query = new URLSearchParams(root.dataset.moved)
    query.set(String(root.dataset.key), String(value))
    link.href = `?${query}`
    if (!asked) requestAnimationFrame(draw)
    asked = true
  }
  show(now)
  root.querySelector(".picture")?.append(card.canvas)
  root.querySelector(".turn")?.append(control.root)
  draw()
  new ResizeObserver(() => card.paint()).observe(root)
}
