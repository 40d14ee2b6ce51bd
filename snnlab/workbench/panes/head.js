// The head of a pane: its title, what is told of it, a menu of what it can show, buttons that move it to the front, make it
// large and put it away.

/** What lays the pane of a head over the whole main area, and puts it back where it was: `enlarge(large)`.
 * One pane at a time; Escape puts it back as well, and `tell(large)` hears of it.
 * @param {HTMLElement} root @param {(large: boolean) => void} tell */
function enlarger(root, tell) {
  /** @type {() => void} */
  let end = () => {}
  return (/** @type {boolean} */ large) => {
    end()
    if (!large) return
    const head = /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (root.getRootNode()).host)
    const pane = /** @type {HTMLElement} */ (/** @type {ShadowRoot} */ (head.getRootNode()).host)
    const area = document.querySelector("main") ?? document.body
    const place = () => {
      const {left, top, width, height} = area.getBoundingClientRect()
      Object.assign(pane.style, {left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`})
    }
    const watch = new ResizeObserver(place)
    /** @param {KeyboardEvent} event */
    const hear = event => { if (event.key == "Escape") tell(false) }
    const give_way = () => tell(false)
    document.dispatchEvent(new Event("snnlab-large"))
    pane.classList.add("large")
    place()
    watch.observe(area)
    document.addEventListener("keydown", hear)
    document.addEventListener("snnlab-large", give_way)
    end = () => {
      end = () => {}
      pane.classList.remove("large")
      Object.assign(pane.style, {left: "", top: "", width: "", height: ""})
      watch.disconnect()
      document.removeEventListener("keydown", hear)
      document.removeEventListener("snnlab-large", give_way)
    }
  }
}

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("header")
  const tags = ["h2", "span", "select", "button", "button", "button", "p"]
  const [title, note, menu, front, grow, close, numbers] = tags.map(tag => document.createElement(tag))
  const choice = /** @type {HTMLSelectElement} */ (menu)
  title.textContent = model.title
  choice.setAttribute("aria-label", model.label)
  grow.setAttribute("aria-label", `Make ${model.title} large`)
  front.textContent = "↑"
  front.setAttribute("aria-label", `Move ${model.title} to the front`)
  front.addEventListener("click", () => { model.moved += 1 })
  close.textContent = "×"
  close.setAttribute("aria-label", `Hide ${model.title}`)
  choice.addEventListener("change", () => { model.value = choice.value })
  close.addEventListener("click", () => {
    model.large = false
    model.hidden += 1
  })
  grow.textContent = "⤢"
  grow.addEventListener("click", () => { model.large = !model.large })
  root.append(title, note, menu, front, grow, close, numbers)
  const enlarge = enlarger(root, large => { model.large = large })
  const size = () => {
    grow.setAttribute("aria-pressed", String(model.large))
    enlarge(model.large)
  }
  model.on("large", size)
  requestAnimationFrame(size) // when it is in the page
  const show = () => {
    note.textContent = model.note
    note.title = model.note
    root.classList.toggle("failed", model.failed)
    choice.replaceChildren(...model.options.map((/** @type {string} */ one) => new Option(one, one)))
    choice.value = model.value
    choice.hidden = model.options.length < 2
    front.hidden = model.first
    numbers.hidden = !model.numbers.length
    numbers.replaceChildren(...model.numbers.map((/** @type {string[]} */ [name, value, words]) => {
      const one = document.createElement("span"), bold = document.createElement("b")
      bold.textContent = value
      one.append(`${name} `, bold)
      one.title = words
      return one
    }))
  }
  for (const name of ["note", "failed", "numbers", "options", "value", "first"]) model.on(name, show)
  show()
  return root
}
