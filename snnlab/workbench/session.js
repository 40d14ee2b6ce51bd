// What a page does by itself: it keeps its address true, and says when the server does not answer.
// `address.text` is the query of what is shown, `address.tags` how often it has come to rest, how many entries of the
// browser's history it has made, and what it is called.

const PAUSE = 300     // ms of rest before the address follows: browsers allow some hundred changes a minute
const PULSE = 900     // ms from an answer of the server to the next question, while somebody is at the page
const SLEEP = 30000   // ms without a movement, after which nobody is, and between questions then
const PATIENCE = 4000 // ms to wait for an answer: a server may be busy
const WORK = "snnlab-work" // in the browser: what hands have made, which the entrance lists (entrance/page.js)
const MOST = 8            // of that

/** @param {{address: {text: string, tags: any[], document: any, properties: any}}} args */
export default function session({address}) {
  const {document: doc} = address
  keep_address(address)
  tell_rests(address)
  const notice = make_notice()
  /** @type {Map<any, boolean>} widgets that are held, and whether they were so before */
  const held = new Map()
  let lost = false // for good: only a new page helps
  let away = false

  const leave = () => {
    if (away) return
    away = true
    notice.hidden = false
    for (const model of doc.all_models) {
      if (typeof model.disabled == "boolean" && !("toolbar" in model.properties)) { // plots can still be looked at
        held.set(model, model.disabled)
        model.setv({disabled: true}, {sync: false})
      }
    }
  }
  const come_back = () => {
    if (lost) {
      window.location.reload()
      return
    }
    if (!away) return
    away = false
    notice.hidden = true
    for (const [model, before] of held) {
      model.setv({disabled: before}, {sync: false})
    }
    held.clear()
  }
  let touched = Date.now(), looked = 0, timer = 0
  const look = async () => {
    clearTimeout(timer)
    looked = Date.now()
    await answers() ? come_back() : leave()
    clearTimeout(timer)
    timer = setTimeout(look, away || Date.now() - touched < SLEEP ? PULSE : SLEEP)
  }
  const touch = () => {
    touched = Date.now()
    if (touched - looked > PULSE + PATIENCE) look()
  }
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "focus"]) {
    window.addEventListener(kind, touch, {capture: true, passive: true})
  }
  doc.on_event("connection_lost", () => {
    const runs = /** @type {any} */ (globalThis).snnlabRuns
    runs?.clear() // what a hand did from now on would be lost with the page
    lost = true
    leave()
  })
  window.addEventListener("offline", leave)
  window.addEventListener("online", look)
  document.addEventListener("visibilitychange", () => { if (!document.hidden) touch() })
  look()
}

/** Whether the server answers: asked for the head of a file that it has at hand. */
async function answers() {
  const script = [...document.scripts].find(one => one.src.startsWith(window.location.origin))
  try {
    const options = {method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE)}
    const response = await fetch(script?.src ?? window.location.origin, /** @type {RequestInit} */ (options))
    await response.text() // read to its end: else the browser calls it off
    return true
  } catch {
    return false
  }
}

/** Keep what a hand has made of a page, in place of what it made of it before. @param {string} query @param {string} title */
function remember(query, title) {
  try {
    const kept = JSON.parse(localStorage.getItem(WORK) ?? "[]"), load = performance.timeOrigin
    const others = kept.filter((/** @type {any} */ one) => one.load != load && one.query != query)
    localStorage.setItem(WORK, JSON.stringify([{load, query, title, when: Date.now()}, ...others].slice(0, MOST)))
  } catch {} // a browser may keep nothing
}

/**
 * Write the query into the address once it has been the same for a moment, and when the page is left.
 * @param {{text: string, tags: any[], properties: any}} address
 */
function keep_address(address) {
  let timer = 0, entries = 0, begun = ""
  const write = () => {
    clearTimeout(timer)
    timer = 0
    const [, wanted = 0, title = ""] = address.tags
    begun ||= address.text
    if (title && address.text != begun) remember(address.text, title)
    if (address.text && window.location.search !== address.text) {
      if (wanted > entries) window.history.pushState(null, "", address.text)
      else window.history.replaceState(window.history.state, "", address.text)
    }
    entries = wanted
  }
  window.addEventListener("popstate", () => clearTimeout(timer)) // what was to be written is of the entry that was left
  address.properties.text.change.connect(() => {
    clearTimeout(timer)
    timer = setTimeout(write, PAUSE)
  })
  for (const kind of ["pagehide", "snnlab-address"]) window.addEventListener(kind, write) // whoever wants it now
  write()
}

/**
 * Show how often the page has come to rest, for whoever waits until a change has been answered.
 * @param {{tags: any[], properties: any}} address
 */
function tell_rests(address) {
  const write = () => { document.documentElement.dataset.rests = String(address.tags[0] ?? 0) }
  address.properties.tags.change.connect(write)
  write()
}

function make_notice() {
  const notice = document.createElement("div")
  notice.setAttribute("role", "alert")
  notice.hidden = true
  notice.textContent = "The server does not answer. What is shown stays; the controls come back as soon as it does."
  notice.style.cssText = `position: fixed; z-index: 2000; top: 12px; left: 50%; transform: translateX(-50%); width: max-content;
    max-width: calc(100vw - 48px); padding: 10px 18px; border-radius: 6px; background: #d32f2f; color: white;
    font: 15px/1.4 Roboto, Helvetica, Arial, sans-serif; box-shadow: 0 2px 10px rgba(0, 0, 0, 0.4);`
  // "hidden" alone loses against a display of the page's style
  new MutationObserver(() => { notice.style.display = notice.hidden ? "none" : "block" })
    .observe(notice, {attributes: true, attributeFilter: ["hidden"]})
  notice.style.display = "none"
  document.body.append(notice)
  return notice
}
