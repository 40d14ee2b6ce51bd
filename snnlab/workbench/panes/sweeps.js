// A table of the sweeps of a file: what the cell did in each, and the model in the one that drives it.

const COLUMNS = [
  ["sweep", "its number in the file: a click drives the model with it"],
  ["current", "which tells it from the others"],
  ["spikes", "of the cell: rises of its potential through −20 mV"],
  ["Hz", "spikes over the length of the sweep"],
  ["first, ms", "the first spike, from the beginning of the sweep"],
  ["model", "spikes of the model, driven by the same current"],
]

/** @param {{model: any}} given */
export function render({model}) {
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody()
  for (const [name, words] of COLUMNS) {
    head.append(Object.assign(document.createElement("th"), {scope: "col", textContent: name, title: words}))
  }
  let picks = 0
  const fill = () => {
    body.replaceChildren()
    model.rows.forEach((/** @type {string[]} */ cells, /** @type {number} */ k) => {
      const row = body.insertRow(), button = document.createElement("button")
      const [name, ...others] = cells
      button.textContent = name
      button.title = model.names[k]
      button.ariaLabel = `Sweep ${name}, ${others[0]}`
      row.insertCell().append(button)
      for (const one of [...others, ""]) row.insertCell().textContent = one
      row.addEventListener("click", () => { model.picked = {sweep: k, number: ++picks} })
    })
    mark()
  }
  /** Which one drives the model, and what that does. */
  const mark = () => {
    const [spikes, rate, first] = model.model
    for (const [k, row] of [...body.rows].entries()) {
      const isChosen = k == model.chosen, last = row.cells[row.cells.length - 1]
      row.classList.toggle("chosen", isChosen)
      row.querySelector("button")?.setAttribute("aria-pressed", String(isChosen))
      last.textContent = isChosen && spikes ? spikes : ""
      last.title = isChosen && spikes ? `${rate} Hz, the first after ${first} ms` : ""
    }
  }
  /** The chosen one is to be seen, where many are too high for their place. */
  const reveal = () => {
    const row = body.rows[model.chosen]
    if (row) root.scrollTop = row.offsetTop - root.clientHeight / 2
  }
  const root = document.createElement("div")
  root.append(table)
  for (const name of ["rows", "names"]) model.on(name, fill)
  model.on("model", mark)
  model.on("chosen", () => {
    mark()
    reveal()
  })
  fill()
  requestAnimationFrame(reveal)
  return root
}
