// The cards of a gallery in a page: pictures that the server has run, until a hand comes to the knobs; from then on the page runs
// them itself, as the gallery in a file does.

/** @typedef {import("./file/run.js").Page} Page */
/** @typedef {{Gallery: typeof import("./file/gallery.js").Gallery}} Runtime */
/** @typedef {Record<string, {t: Float32Array, v: Float32Array, I: Float32Array}>} Arrived */

const PAUSE = 200 // ms

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("div")
  begin(root, model)
  return root
}

/** @param {HTMLElement} root @param {any} model */
async function begin(root, model) {
  const source = URL.createObjectURL(new Blob([model.runtime], {type: "text/javascript"}))
  const {Gallery} = /** @type {Runtime} */ (await import(source))
  URL.revokeObjectURL(source)
  const page = /** @type {Page & {cases: {id: string, low: number, high: number}[]}} */ ({...model.page})
  const gallery = new Gallery(page)
  const reset = Object.assign(document.createElement("button"), {textContent: "Reset"})
  reset.addEventListener("click", () => gallery.reset())
  gallery.panel.hold(gallery.knobs)
  gallery.reset()
  gallery.panel.root.append(reset)
  const ask = () => { if (!model.asked) model.asked = true }
  for (const kind of ["pointerenter", "focusin"]) gallery.panel.root.addEventListener(kind, ask)

  /** Pictures of the server into the cards. @param {Arrived} arrived */
  const take = arrived => {
    for (const card of gallery.cards) {
      const {id, low, high} = /** @type {any} */ (card.one)
      const found = arrived[id]
      if (!found || card.shown) continue
      const {t, v, I} = found, duration = t[t.length - 1]
      const rows = [{row: {kind: "potential", key: "v", low, high}, t, y: v}, {row: {kind: "current", key: "I"}, t, y: I}]
      card.found = /** @type {any} */ ({duration, rows})
    }
    gallery.paint()
  }
  const live = async () => {
    const {kernels, cases} = model.runs
    if (!kernels) return
    page.kernels = kernels
    gallery.cards.forEach((card, k) => Object.assign(card.one, cases[k]))
    await gallery.load()
    root.dataset.live = ""
    gallery.told = tell
    if (gallery.turned.size) gallery.run()
  }
  let timer = 0
  const tell = () => { // when the hand rests
    clearTimeout(timer)
    timer = setTimeout(() => {
      model.turned = Object.fromEntries([...gallery.turned].filter(([, value]) => value != 1).map(([{name}, value]) => [name, value]))
    }, PAUSE)
  }
  for (const knob of gallery.knobs) {
    if (!(knob.name in model.turned)) continue
    gallery.turned.set(knob, model.turned[knob.name])
    gallery.panel.show(knob.name, model.turned[knob.name])
  }
  model.on("arrived", () => take(model.arrived))
  model.on("runs", live)
  root.append(gallery.root)
  Object.assign(root, {gallery}) // for who looks into it
  take(model.arrived)
  if (!model.ready) model.ready = true
  if (gallery.turned.size) ask()
  gallery.watch()
  live()
}
