// The search of the entrance, its hints, and what was made in this browser. It runs while the page is read, before all libraries.

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

  const WORK = "snnlab-work", work = /** @type {HTMLElement} */ (document.getElementById("work")) // session.js keeps it
  const list_work = () => {
    /** @type {{query: string, title: string, when: number}[]} */
    let kept = []
    try {
      kept = JSON.parse(localStorage.getItem(WORK) ?? "[]").filter((/** @type {any} */ one) => one?.title && one.when > 0)
    } catch {} // of another program
    work.hidden = !kept.length
    work.querySelector("ul")?.replaceChildren(...kept.map(({query, title, when}) => {
      const [row, anchor, time] = ["li", "a", "small"].map(tag => document.createElement(tag))
      anchor.setAttribute("href", `?${new URLSearchParams(query)}`)
      anchor.textContent = title
      time.textContent = new Date(when).toLocaleString([], {dateStyle: "medium", timeStyle: "short"})
      row.append(anchor, time)
      return row
    }))
  }
  list_work()
  window.addEventListener("storage", list_work) // in another tab
  window.addEventListener("pageshow", list_work) // a browser that goes back shows the page as it was
  work.querySelector("button")?.addEventListener("click", () => {
    localStorage.removeItem(WORK)
    indexedDB.deleteDatabase("snnlab") // the file that was opened last: file.js
    list_work()
    field.focus()
  })
}
