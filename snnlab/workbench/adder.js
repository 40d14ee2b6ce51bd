// A menu of stimuli, of which one is added to what is there.

/** @param {{model: any}} given */
export function render({model}) {
  const menu = document.createElement("select")
  menu.setAttribute("aria-label", "add another")
  let count = 0
  const show = () => {
    const options = model.options.map((/** @type {string[]} */ [name, title]) => new Option(title, name))
    menu.replaceChildren(new Option("+ add another", ""), ...options)
    menu.disabled = model.disabled
  }
  menu.addEventListener("change", () => {
    if (menu.value) model.chosen = {number: ++count, name: menu.value}
    menu.value = ""
  })
  for (const name of ["options", "disabled"]) model.on(name, show)
  show()
  return menu
}
