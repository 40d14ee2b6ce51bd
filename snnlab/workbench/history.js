// Undo and redo, by buttons and keys; and the browser's own back and forward, of which the server hears.

const ARROW = "M4 9h10a6 6 0 0 1 0 12h-3M4 9l5-5M4 9l5 5"

/** Whether a key belongs to what is written there. @param {EventTarget} target */
function isText(target) {
  const {type, isContentEditable, tagName} = /** @type {HTMLInputElement} */ (target)
  return isContentEditable || tagName == "TEXTAREA" || (tagName == "INPUT" && !["range", "checkbox", "radio", "file"].includes(type))
}

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("div")
  let count = 0
  /** @param {object} what */
  const ask = what => { model.asked = {number: ++count, ...what} }
  /** @param {string} name @param {string} keys @param {number} by */
  const button = (name, keys, by) => {
    const made = document.createElement("button")
    made.setAttribute("aria-label", name)
    made.title = `${name} (${keys})`
    made.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"${by > 0 ? " style='scale: -1 1'" : ""}><path d="${ARROW}"/></svg>`
    made.addEventListener("click", () => ask({by}))
    root.append(made)
    return made
  }
  const [undo, redo] = [button("Undo", "Ctrl+Z", -1), button("Redo", "Ctrl+Shift+Z", 1)]
  const show = () => {
    undo.disabled = !model.past || model.disabled
    redo.disabled = !model.future || model.disabled
  }
  /** @param {KeyboardEvent} event */
  const key = event => {
    const name = event.key.toLowerCase()
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(name) || isText(event.composedPath()[0])) return
    event.preventDefault()
    if (!model.disabled) ask({by: name == "y" || event.shiftKey ? 1 : -1})
  }
  const back = () => ask({query: window.location.search})
  document.addEventListener("keydown", key)
  window.addEventListener("popstate", back)
  model.on("remove", () => {
    document.removeEventListener("keydown", key)
    window.removeEventListener("popstate", back)
  })
  for (const name of ["past", "future", "disabled"]) model.on(name, show)
  show()
  return root
}
