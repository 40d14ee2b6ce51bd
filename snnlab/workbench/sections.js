// Sections that a click unfolds. What is in them may be made when they are: the server hears of it by `active`.

let count = 0

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("div")
  root.className = "folds"
  const shows = model.get_child("objects").map((/** @type {Node} */ content, /** @type {number} */ k) => {
    const [section, heading, button, body] = ["section", "h3", "button", "div"].map(tag => document.createElement(tag))
    body.id = `section-${count++}`
    button.textContent = model.titles[k]
    button.setAttribute("aria-controls", body.id)
    button.addEventListener("click", () => {
      model.active = model.active.includes(k) ? model.active.filter((/** @type {number} */ one) => one !== k) : [...model.active, k]
    })
    heading.append(button)
    body.append(content)
    section.append(heading, body)
    root.append(section)
    return () => {
      body.hidden = !model.active.includes(k)
      button.setAttribute("aria-expanded", String(!body.hidden))
    }
  })
  const show = () => { for (const one of shows) one() }
  model.on("active", show)
  show()
  return root
}
