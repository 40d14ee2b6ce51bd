// The head of a pane: its title, what is told of it, a menu of what it can show, and a button that puts it away.

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("header")
  const [title, note, menu, close, numbers] = ["h2", "span", "select", "button", "p"].map(tag => document.createElement(tag))
  const choice = /** @type {HTMLSelectElement} */ (menu)
  title.textContent = model.title
  choice.setAttribute("aria-label", model.label)
  close.textContent = "×"
  close.setAttribute("aria-label", `Hide ${model.title}`)
  choice.addEventListener("change", () => { model.value = choice.value })
  close.addEventListener("click", () => { model.hidden += 1 })
  root.append(title, note, menu, close, numbers)
  const show = () => {
    note.textContent = model.note
    note.title = model.note
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
  for (const name of ["note", "numbers", "options", "value"]) model.on(name, show)
  show()
  return root
}
