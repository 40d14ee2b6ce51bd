// The menu of layouts: one of them is chosen, or what is to be shown.

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("details")
  const summary = document.createElement("summary")
  const list = document.createElement("div")
  root.append(summary, list)
  let count = 0
  /** @param {"radio" | "checkbox"} type @param {string} text @param {string} doc @param {(on: boolean) => void} hear */
  const choice = (type, text, doc, hear) => {
    const label = document.createElement("label"), input = document.createElement("input"), words = document.createElement("span")
    Object.assign(input, {type, name: type == "radio" ? "layout" : text})
    words.textContent = text
    if (doc) {
      const small = document.createElement("small")
      small.textContent = doc
      words.append(small)
    }
    input.addEventListener("change", () => hear(input.checked))
    label.append(input, words)
    list.append(label)
    return input
  }
  /** @param {object} what */
  const tell = what => { model.chosen = {number: ++count, ...what} }
  const layouts = model.layouts.map((/** @type {string[]} */ [layout, title, doc]) => [layout, choice("radio", title, doc, () => tell({layout}))])
  list.append(document.createElement("hr"))
  const parts = model.parts.map((/** @type {string[]} */ [key, title]) =>
    [key, choice("checkbox", title, "", on => tell({[on ? "show" : "hide"]: key}))])
  const show = () => {
    const now = model.layouts.find((/** @type {string[]} */ [name]) => name == model.layout)
    summary.textContent = `Layout: ${now ? now[1].toLowerCase() : "own"}`
    for (const [name, input] of layouts) input.checked = name == model.layout
    for (const [key, input] of parts) input.checked = model.shown.includes(key)
  }
  for (const name of ["shown", "layout"]) model.on(name, show)
  model.on("remove", /** @type {any} */ (globalThis).snnlabMenu(root))
  show()
  return root
}
