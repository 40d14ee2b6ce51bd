// A field for the equations of a neuron, folded away until somebody wants it; what is wrong stands below.

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("details"), head = document.createElement("summary")
  const field = document.createElement("textarea"), told = document.createElement("p")
  const run = document.createElement("button"), help = document.createElement("small")
  head.textContent = "Type your own equations"
  Object.assign(field, {spellcheck: false, autocapitalize: "off", rows: 10})
  field.setAttribute("aria-label", "equations of a neuron")
  field.setAttribute("aria-describedby", "equations-told")
  Object.assign(told, {id: "equations-told", hidden: true})
  told.setAttribute("role", "alert")
  Object.assign(run, {type: "button", textContent: "Run these equations"})
  help.textContent = "Ctrl + Enter runs them as well."
  let count = 0
  const ask = () => { model.asked = {number: ++count, text: field.value} }
  run.addEventListener("click", ask)
  field.addEventListener("keydown", event => {
    if (event.key == "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      ask()
    }
  })
  const show = () => {
    field.disabled = run.disabled = model.disabled
    told.textContent = model.message
    told.hidden = !model.message
    field.setAttribute("aria-invalid", String(!!model.message))
    const {place} = model // of the character that is wrong
    if (model.message && place >= 0) {
      field.focus()
      const whole = [...field.value], before = whole.slice(0, place).join("").length // Python counts whole characters
      field.setSelectionRange(before, before + (whole[place] ?? " ").length)
      told.scrollIntoView({block: "nearest"})
    }
  }
  const write = () => { // what a hand has written stays, unless another neuron is shown
    if (document.activeElement != field || field.value == "") field.value = model.text
    if (model.open) root.open = true
  }
  for (const name of ["message", "place", "disabled"]) model.on(name, show)
  for (const name of ["text", "open"]) model.on(name, write)
  root.append(head, field, run, help, told)
  write()
  show()
  return root
}
