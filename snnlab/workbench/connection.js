// Whether the server is there: it is asked while somebody is at the page, and what becomes of the socket is seen. A page
// whose server is gone says so, and is built anew when that is back: what it was is in its address. It runs while the page is
// read, before all libraries. `data-server` of <html> is "away" while the server does not answer, and "lost" where it has
// forgotten the page as well; at each change the document hears "snnlab-server".

{
  const root = document.documentElement
  const PULSE = 900      // ms from an answer of the server to the next question, while it is away or something waits
  const CALM = 4000      // the same while all is well and somebody is at the page: a class asks with every page of it
  const SLEEP = 30000    // ms without a movement, after which nobody is, and between questions then
  const PATIENCE = 4000  // ms to wait for an answer: a server may be busy
  const STALE = 12000    // ms in which what was sent is answered, or else the socket leads nowhere
  const QUIET = 700      // ms that a hand has to rest before the page is built anew below it
  const LIVED = 60000    // ms after which a page that is lost is no sign that the next will be lost as well
  const PAUSES = [0, 3000, 10000, 30000] // ms before a page is built anew, again and again
  const RELOADS = "snnlab-reloads" // in the tab: when and how often that was

  const GONE = "The server does not answer. What is shown stays; the controls come back as soon as it does."
  const ALONE = "The server does not answer. Sliders work on in this page; all else comes back as soon as it does."
  const BACK = "The server answers again, and this page is about to be built anew, with what is set here."
  const AGAIN = "The server answers, but its connection to this page ends each time: a proxy may not pass websockets on."

  /** @type {WebSocket | null} */
  let socket = null
  let touched = Date.now(), worked = 0, looked = 0, timer = 0, pressed = false, leaving = false
  let waits = 0  // since when what was sent has no answer; 0 where nothing waits
  let amount = 0 // of what was still to be sent when it was looked at last

  const notice = document.createElement("div")
  notice.id = "connection"
  notice.setAttribute("role", "alert")
  notice.hidden = true
  document.body.append(notice)

  /** @param {string} text */
  const say = text => {
    if (notice.textContent != text) notice.textContent = text
    notice.hidden = !text
  }
  const state = () => root.dataset.server ?? ""
  /** @param {"" | "away" | "lost"} next */
  const become = next => {
    if (next == state()) return
    if (next) root.dataset.server = next
    else delete root.dataset.server
    document.dispatchEvent(new CustomEvent("snnlab-server"))
  }
  const tell = () => {
    const {snnlabRuns: runs} = /** @type {{snnlabRuns?: Map<string, any>}} */ (globalThis)
    say(runs?.size ? ALONE : GONE)
  }
  const leave = () => {
    if (leaving) return
    if (!state()) become("away")
    tell()
  }
  const lose = () => {
    if (leaving) return
    become("lost")
    tell()
    look()
  }

  /** A page that is lost again and again is built anew ever more seldom. */
  const pause = () => {
    const [when, times] = JSON.parse(sessionStorage.getItem(RELOADS) ?? "[0, 0]")
    const again = Date.now() - when < LIVED ? times : 0
    return {again, left: when + PAUSES[Math.min(again, PAUSES.length - 1)] - Date.now()}
  }
  const renew = () => {
    const {again, left} = pause()
    say(again < 2 ? BACK : AGAIN)
    if (pressed || Date.now() - worked < QUIET || left > 0) return
    sessionStorage.setItem(RELOADS, JSON.stringify([Date.now(), again + 1]))
    document.dispatchEvent(new CustomEvent("snnlab-renew")) // whoever has something to keep
    window.location.reload()
  }
  /** Whether the server answers: asked for the head of a file that it has at hand. */
  const answers = async () => {
    const script = [...document.scripts].find(one => one.src.startsWith(window.location.origin))
    try {
      const options = {method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE)}
      const response = await fetch(script?.src ?? window.location.href, /** @type {RequestInit} */ (options))
      await response.text() // read to its end: else the browser calls it off
      return response.ok // else it is a proxy that says that the server is gone
    } catch {
      return false
    }
  }
  /** A socket that takes nothing any more, as one of a machine that has slept, is none. */
  const isStale = () => {
    const before = amount
    amount = socket?.bufferedAmount ?? 0
    return waits > 0 && Date.now() - waits > STALE && (!amount || amount >= before)
  }
  const look = async () => {
    clearTimeout(timer)
    looked = Date.now()
    if (!await answers()) {
      if (waits) waits = Date.now() // nothing is answered now
      leave()
    } else if (state() == "lost") {
      renew()
    } else if (isStale()) {
      socket?.close()
      lose()
      return
    } else {
      become("")
      say("")
    }
    clearTimeout(timer)
    timer = setTimeout(look, state() || waits ? PULSE : Date.now() - touched < SLEEP ? CALM : SLEEP)
  }
  const touch = () => {
    touched = Date.now()
    if (touched - looked > CALM + PATIENCE) look()
  }
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "focus"]) {
    window.addEventListener(kind, touch, {capture: true, passive: true})
  }
  for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
    window.addEventListener(kind, () => { pressed = kind == "pointerdown" }, {capture: true, passive: true})
  }
  for (const kind of ["pointerup", "keydown", "input"]) {
    window.addEventListener(kind, () => { worked = Date.now() }, {capture: true, passive: true})
  }
  window.addEventListener("offline", leave)
  window.addEventListener("online", look)
  window.addEventListener("beforeunload", () => {
    leaving = true
    setTimeout(() => { // it stays after all, as where a link is a file
      leaving = false
      if (socket && socket.readyState > WebSocket.OPEN) lose()
    }, 3000)
  })
  window.addEventListener("pageshow", ({persisted}) => { if (persisted) look() })
  document.addEventListener("visibilitychange", () => { if (!document.hidden) touch() })

  // The library tells of a socket that is lost, but not of one that never opens, and nothing of what waits for an answer.
  const {WebSocket: Plain} = window
  window.WebSocket = class extends Plain {
    /** @param {string | URL} url @param {string | string[]} [protocols] */
    constructor(url, protocols) {
      super(url, protocols)
      socket = this
      this.addEventListener("close", lose)
      this.addEventListener("message", () => { waits = 0 })
    }
    /** @param {any} data */
    send(data) {
      waits ||= Date.now()
      super.send(data)
    }
  }
  timer = setTimeout(look, PULSE)
}
