// The search of the entrance, and its hints. It runs while the page is read, before all libraries.

{
  const MOST = 12 // that are listed
  /** @typedef {[title: string, kind: string, words: string, link: string]} Found */
  const text = document.getElementById("index")?.textContent ?? "[]"
  /** @type {{one: Found, title: string, all: string}[]} */
  const known = JSON.parse(text).map((/** @type {Found} */ one) => ({
    one, title: one[0].toLowerCase(), all: one.slice(0, 3).join(" ").toLowerCase(),
  }))
  const field = /** @type {HTMLInputElement} */ (document.getElementById("find"))
  const list = /** @type {HTMLElement} */ (document.getElementById("found"))
  const count = /** @type {HTMLElement} */ (document.getElementById("count"))

  /** All words are in it; those whose titles have them come first. @param {string} wanted */
  const search = wanted => {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
    if (!words.length) return null
    const fit = known.filter(({all}) => words.every(word => all.includes(word)))
    const named = fit.filter(({title}) => words.every(word => title.includes(word)))
    return [...named, ...fit.filter(one => !named.includes(one))].map(({one}) => one)
  }
  /** @param {Found} found */
  const item = ([title, kind, words, link]) => {
    const [row, anchor, label, more] = ["li", "a", "i", "small"].map(tag => document.createElement(tag))
    anchor.setAttribute("href", `?${link}`)
    label.textContent = kind
    more.textContent = words
    anchor.append(title, label, more)
    row.append(anchor)
    return row
  }
  const show = () => {
    const found = search(field.value)
    list.replaceChildren(...(found ?? []).slice(0, MOST).map(item))
    const more = found && found.length > MOST ? `, the first ${MOST} are listed` : ""
    count.textContent = !found ? "" : found.length ? `${found.length} found${more}` : "Nothing found: try another word, such as burst, noise or threshold."
  }
  field.addEventListener("input", show)
  document.querySelector("search")?.addEventListener("keydown", event => {
    const {key} = /** @type {KeyboardEvent} */ (event)
    const links = [...list.querySelectorAll("a")], at = links.findIndex(one => one == document.activeElement)
    if (key == "Enter" && event.target == field) links[0]?.click()
    else if (key == "Escape") {
      field.value = ""
      show()
      field.focus()
    } else if (key == "ArrowDown" || key == "ArrowUp") {
      const next = at + (key == "ArrowDown" ? 1 : -1)
      if (next < 0) field.focus()
      else links[next]?.focus()
      event.preventDefault()
    }
  })
  show() // a browser that comes back keeps what was typed

  const KEPT = "snnlab-hints", hints = document.getElementById("hints")
  if (hints) hints.hidden = localStorage.getItem(KEPT) == "away"
  hints?.querySelector("button")?.addEventListener("click", () => {
    localStorage.setItem(KEPT, "away")
    hints.hidden = true
    field.focus()
  })
}
