// A table of the sweeps of a file: what the cell does in each, and the model.

const COLUMNS = [
  ["sweep", "a click drives the model with it"],
  ["current", "the one that tells it from the others"],
  ["spikes", "of the cell: rises of its potential through −20 mV"],
  ["Hz", "spikes of the cell over the length of the sweep"],
  ["first, ms", "the first spike of the cell, from the beginning of the sweep"],
  ["model's", "spikes of the model under the same current"],
]

/** @param {string} tag @param {Record<string, any>} [more] @param {(Node | string)[]} children */
function made(tag, more = {}, ...children) {
  const one = Object.assign(document.createElement(tag), more)
  one.append(...children)
  return one
}

/** @param {{model: any}} given */
export function render({model}) {
  const body = /** @type {HTMLTableSectionElement} */ (made("tbody"))
  const titles = COLUMNS.map(([textContent, title]) => made("th", {scope: "col", textContent, title}))
  const list = made("div", {}, made("table", {ariaLabel: "Sweeps of the recording"}, made("thead", {}, made("tr", {}, ...titles)), body))
  let picks = 0
  const fill = () => {
    body.replaceChildren(...model.rows.map((/** @type {string[]} */ [number, ...cells], /** @type {number} */ k) => {
      const button = made("button", {textContent: number, title: model.names[k], ariaLabel: `Sweep ${number}, ${cells[0]}`})
      const row = made("tr", {}, made("td", {}, button), ...[...cells, ""].map(textContent => made("td", {textContent})))
      row.addEventListener("click", () => { model.picked = {sweep: k, number: ++picks} })
      return row
    }))
    mark()
  }
  /** Which one drives the model, and what that does. */
  const mark = () => {
    for (const [k, row] of [...body.rows].entries()) {
      const last = row.cells[row.cells.length - 1], [spikes, rate, first] = model.model[k] ?? [""]
      row.classList.toggle("chosen", k == model.chosen)
      row.querySelector("button")?.setAttribute("aria-pressed", String(k == model.chosen))
      last.textContent = spikes
      last.title = spikes && `${rate} Hz, the first after ${first} ms`
    }
  }
  /** The chosen one is to be seen, where there are more than there is room for. */
  const reveal = () => {
    const row = body.rows[model.chosen]
    const high = row && row.offsetTop < list.scrollTop + row.offsetHeight, low = row && row.offsetTop + row.offsetHeight > list.scrollTop + list.clientHeight
    if (high || low) list.scrollTop = row.offsetTop - list.clientHeight / 2
  }
  const age = () => { list.classList.toggle("old", model.old) }
  model.on("old", age)
  for (const name of ["rows", "names"]) model.on(name, fill)
  for (const name of ["chosen", "model"]) model.on(name, mark)
  model.on("chosen", reveal)
  fill()
  age()
  requestAnimationFrame(reveal)
  return list
}
