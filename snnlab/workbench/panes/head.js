// The head of a pane: its title, what is told of it, a menu of what it can show, buttons that make it large and put it away.

/** Lay the pane of a button over the whole main area, until the button is pressed again, or Escape.
 * @param {HTMLElement} button @param {string} title */
function enlarge(button, title) {
  const head = /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (button.getRootNode()).host)
  const pane = /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (head.getRootNode()).host)
  const area = document.querySelector("main") ?? document.body
  const place = () => {
    const {left, top, width, height} = area.getBoundingClientRect()
    Object.assign(pane.style, {left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`})
  }
  const watch = new ResizeObserver(place)
  const end = () => {
    pane.classList.remove("large")
    Object.assign(pane.style, {left: "", top: "", width: "", height: ""})
    watch.disconnect()
    document.removeEventListener("keydown", hear)
    document.removeEventListener("snnlab-large", end)
    button.setAttribute("aria-pressed", "false")
  }
  /** @param {KeyboardEvent} event */
  const hear = event => { if (event.key == "Escape") end() }
  const large = !pane.classList.contains("large")
  document.dispatchEvent(new Event("snnlab-large")) // one at a time
  if (!large) return
  pane.classList.add("large")
  place()
  watch.observe(area)
  document.addEventListener("keydown", hear)
  document.addEventListener("snnlab-large", end)
  button.setAttribute("aria-pressed", "true")
}

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("header")
  const [title, note, menu, grow, close, numbers] = ["h2", "span", "select", "button", "button", "p"].map(tag => document.createElement(tag))
  const choice = /** @type {HTMLSelectElement} */ (menu)
  title.textContent = model.title
  choice.setAttribute("aria-label", model.label)
  grow.setAttribute("aria-label", `Make ${model.title} large`)
  grow.setAttribute("aria-pressed", "false")
  close.textContent = "×"
  close.setAttribute("aria-label", `Hide ${model.title}`)
  choice.addEventListener("change", () => { model.value = choice.value })
  close.addEventListener("click", () => {
    document.dispatchEvent(new Event("snnlab-large")) // none is large any more
    model.hidden += 1
  })
  grow.textContent = "⤢"
  grow.addEventListener("click", () => enlarge(grow, model.title))
  root.append(title, note, menu, grow, close, numbers)
  const show = () => {
    note.textContent = model.note
    note.title = model.note
    root.classList.toggle("failed", model.failed)
    choice.replaceChildren(...model.options.map((/** @type {string} */ one) => new Option(one, one)))
    choice.value = model.value
    choice.hidden = model.options.length < 2
    numbers.hidden = !model.numbers.length
    numbers.replaceChildren(...model.numbers.map((/** @type {string[]} */ [name, value, words]) => {
      const one = document.createElement("span"), bold = document.createElement("b")
      bold.textContent = value
      one.append(`${name} `, bold)
      one.title = words
      return one
    }))
  }
  for (const name of ["note", "failed", "numbers", "options", "value"]) model.on(name, show)
  show()
  return root
}
