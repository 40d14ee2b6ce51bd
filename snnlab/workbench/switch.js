// A switch: what a hand does is shown at once and told to the server, what the server says is shown.

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("label")
  const input = document.createElement("input")
  root.className = "toggle"
  input.type = "checkbox"
  input.setAttribute("role", "switch")
  input.addEventListener("change", () => { model.value = input.checked })
  root.append(input, model.label)
  const show = () => Object.assign(input, {checked: model.value, disabled: model.disabled})
  for (const name of ["value", "disabled"]) model.on(name, show)
  show()
  return root
}
