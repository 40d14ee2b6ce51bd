// A film: steps that were computed on the server, of which the page shows one after the other, or the one that a hand chooses.

/** @typedef {{source: string, ends: number[], columns: Record<string, string>, whole: Record<string, string>, grow: boolean}} Track */
/** @typedef {{track: Track, columns: Record<string, Float32Array>, whole: Record<string, Float32Array>}} Read */

const SHOWN = 60 // ms for each step

/** Numbers from text. @param {string} text of base64, single precision, little endian */
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}

/** What a source has at a step. @param {Read} read @param {number} step */
export function dataAt({track, columns, whole}, step) {
  const begin = track.grow || !step ? 0 : track.ends[step - 1]
  const slices = Object.entries(columns).map(([name, values]) => [name, values.slice(begin, track.ends[step])])
  return Object.fromEntries([...slices, ...Object.entries(whole)])
}

/** `model.shown` has `tracks`, what each source shows at each step, and `words`, what is told of it.
 * @param {{model: any, view: any}} given */
export function render({model, view}) {
  const {document: page} = view.model
  const [root, play, back, slider, told] = ["div", "button", "button", "input", "output"].map(tag => document.createElement(tag))
  const range = /** @type {HTMLInputElement} */ (slider)
  Object.assign(range, {type: "range", min: "0", step: "1"})
  range.setAttribute("aria-label", `Step of ${model.label}`)
  back.textContent = "↺"
  back.setAttribute("aria-label", `Back to the first step of ${model.label}`)
  root.append(play, back, range, told)
  /** @type {Read[]} */
  let reads = []
  let timer = 0, step = 0, last = 0, seen = false
  const show = () => {
    range.value = String(step)
    const words = (model.shown.words ?? [])[step] ?? ""
    told.textContent = words
    range.setAttribute("aria-valuetext", words)
    for (const read of reads) {
      page.get_model_by_id(read.track.source)?.setv({data: dataAt(read, step)}, {sync: false})
    }
  }
  const say = () => {
    play.textContent = timer ? "■" : "▶"
    play.setAttribute("aria-label", `${timer ? "Stop" : "Play"} ${model.label}`)
  }
  const stop = () => {
    clearInterval(timer)
    timer = 0
    say()
  }
  const start = () => {
    if (step >= last) step = 0
    timer = window.setInterval(() => {
      if (document.hidden) return
      step = Math.min(step + 1, last)
      show()
      if (step >= last) stop()
    }, SHOWN)
    say()
    show()
  }
  play.addEventListener("click", () => timer ? stop() : start())
  back.addEventListener("click", () => {
    stop()
    step = 0
    show()
  })
  range.addEventListener("input", () => {
    stop()
    step = Number(range.value)
    show()
  })
  const read = () => {
    const atEnd = step >= last
    const unpack = (/** @type {Record<string, string>} */ packed) =>
      Object.fromEntries(Object.entries(packed).map(([name, text]) => [name, unpacked(text)]))
    reads = (model.shown.tracks ?? []).map((/** @type {Track} */ track) =>
      ({track, columns: unpack(track.columns), whole: unpack(track.whole)}))
    last = Math.max(0, (model.shown.words ?? []).length - 1)
    range.max = String(last)
    step = atEnd || step > last ? last : step // a hand that looks at a step sees what becomes of it
    if (!last) return say()
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    if (!seen && !still) {
      step = 0
      start()
    } else {
      show()
      say()
    }
    seen = true
  }
  model.on("shown", read)
  model.on("remove", () => clearInterval(timer))
  read()
  return root
}
