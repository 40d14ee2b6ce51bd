// The head of a part of a stimulus: what it is, and a button that takes it away.

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("header")
  const [title, remove] = ["h3", "button"].map(tag => document.createElement(tag))
  title.textContent = model.title
  remove.textContent = "×"
  remove.title = `Remove ${model.title}`
  remove.setAttribute("aria-label", remove.title)
  remove.hidden = model.alone
  remove.addEventListener("click", () => { model.removed += 1 })
  root.append(title, remove)
  const show = () => { /** @type {HTMLButtonElement} */ (remove).disabled = model.disabled }
  model.on("disabled", show)
  show()
  return root
}
