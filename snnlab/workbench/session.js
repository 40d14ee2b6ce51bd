// What a page does by itself: it keeps its address true, holds what needs a server while there is none (connection.js), and
// sets what a hand did meanwhile once more in the page that is built anew. `address.text` is the query of what is shown,
// `address.tags` how often it has come to rest, how many entries of the browser's history it has made, and what it is called.

const PAUSE = 300     // ms of rest before the address follows: browsers allow some hundred changes a minute
const WORK = "snnlab-work" // in the browser: what hands have made, which the entrance lists (entrance/page.js)
const MOST = 8            // of that
const LATE = 10000        // ms in which knobs are there
const MOVED = "snnlab-moved" // in the tab: numbers that a hand has set in a page that was lost

/** @typedef {(() => number) & {set: (value: number) => void, touched: () => boolean}} Held a knob of the page: knobs.js */

/** @param {{address: {text: string, tags: any[], document: any, properties: any}}} args */
export default function session({address}) {
  const {document: doc} = address
  keep_address(address)
  tell_rests(address)
  /** @type {Map<any, boolean>} widgets that are held, and whether they were so before */
  const held = new Map()
  const follow = () => {
    const {server} = document.documentElement.dataset, away = !!server
    if (server == "lost") /** @type {any} */ (globalThis).Bokeh.set_log_level("off") // else: of each change that goes nowhere
    if (away == held.size > 0) return
    if (away) {
      for (const model of doc.all_models) {
        if (typeof model.disabled == "boolean" && !("toolbar" in model.properties)) { // plots can still be looked at
          held.set(model, model.disabled)
          model.setv({disabled: true}, {sync: false})
        }
      }
    } else {
      for (const [model, before] of held) model.setv({disabled: before}, {sync: false})
      held.clear()
    }
  }
  document.addEventListener("snnlab-server", follow)
  document.addEventListener("snnlab-renew", keep_moved)
  follow()
  set_again()
}

/** Knobs of the page by their names, those of all its explorers: its owner's name is another in each page. */
function knobs_of_page() {
  /** @type {Map<string, Held>} */
  const all = /** @type {any} */ (globalThis).snnlabKnobs ?? new Map()
  return [...all].map(([name, knob]) => ({name: name.slice(name.indexOf(".") + 1), knob}))
}

/** What a hand has set, the address may not have: the server heard of it too late, or never. */
function keep_moved() {
  const moved = knobs_of_page().filter(({knob}) => knob.touched()).map(({name, knob}) => [name, knob()])
  if (moved.length) sessionStorage.setItem(MOVED, JSON.stringify(moved))
}

/** Set it, as soon as the knobs are there. */
function set_again() {
  /** @type {Map<string, number>} */
  const moved = new Map(JSON.parse(sessionStorage.getItem(MOVED) ?? "[]"))
  sessionStorage.removeItem(MOVED)
  const end = Date.now() + LATE
  const set = () => {
    for (const {name, knob} of knobs_of_page()) {
      const value = moved.get(name)
      if (value !== undefined && Math.abs(value - knob()) > 1e-9 * Math.abs(value)) knob.set(value)
      moved.delete(name)
    }
    if (moved.size && Date.now() < end) setTimeout(set, PAUSE)
  }
  set()
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
