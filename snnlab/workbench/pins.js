// The buttons and the list of pinned runs: what they are called, where they lead, how they go.

/** @typedef {{letter: string, color: string, words: string, note: string, link: string}} Row the first is of the present run */

/** @param {string} tag @param {Record<string, any>} [more] @param {(Node | string)[]} children */
function made(tag, more = {}, ...children) {
  const one = Object.assign(document.createElement(tag), more)
  one.append(...children)
  return one
}

/** @param {{model: any}} given */
export function render({model}) {
  const pin = /** @type {HTMLButtonElement} */ (made("button", {textContent: "+ Pin this run", title: "Keep it in a colour of its own"}))
  const ghost = /** @type {HTMLInputElement} */ (made("input", {type: "checkbox", checked: model.ghost}))
  const list = made("ul", {ariaLabel: "Pinned runs"}), message = made("p")
  message.setAttribute("role", "status")
  pin.addEventListener("click", () => { model.pinned += 1 })
  ghost.addEventListener("change", () => { model.ghost = ghost.checked })
  const before = made("label", {title: "The run before the last change, as a pale trace"}, ghost, "run before")
  let removed = 0
  /** @param {Row} row */
  const item = ({letter, color, words, note, link}) => {
    const swatch = made("i")
    swatch.style.background = color
    const found = made("li", {}, swatch, made("b", {textContent: letter || "now"}), made("span", {}, words, ...(note ? [made("small", {textContent: note})] : [])))
    if (link) {
      const page = new URLSearchParams(window.location.search).get("page")
      found.append(made("a", {href: `?${page ? `page=${page}&` : ""}${link}`, textContent: "open", ariaLabel: `Open pinned run ${letter}`}))
    }
    if (letter) {
      const remove = made("button", {textContent: "×", ariaLabel: `Remove pinned run ${letter}`})
      remove.addEventListener("click", () => { model.removed = {letter, number: ++removed} })
      found.append(remove)
    }
    return found
  }
  const show = () => {
    list.replaceChildren(...model.rows.map(item))
    message.textContent = model.message
    ghost.checked = model.ghost
  }
  for (const name of ["rows", "message", "ghost"]) model.on(name, show)
  show()
  return made("div", {}, made("div", {className: "tools"}, pin, before), list, message)
}
