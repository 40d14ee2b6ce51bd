// The run in a phase plane: the plots over time have it already, whoever draws them, and the plane follows them.

/** @typedef {{t: ArrayLike<number>, y: ArrayLike<number>}} Line */
/** @typedef {{data: any, tags: any[], setv: (changes: object, options?: object) => void}} Source of Bokeh */

const PAUSE = 100 // ms between two messages on the cursor

/** What of a sample a spike breaks: up to its peak, and anew from the sample after it.
 * @param {Line} x as it is drawn, at a spike the peak @param {Line} y @param {ArrayLike<number>} spikes their times */
export function path(x, y, spikes) {
  const [across, up] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])]
  const count = Math.min(x.y.length, y.y.length)
  let next = 0
  for (let k = 0; k < count; k++) {
    let fired = false
    for (; next < spikes.length && spikes[next] <= x.t[k] * (1 + 1e-6); next++) fired = true
    across.push(x.y[k])
    up.push(fired && k ? y.y[k - 1] : y.y[k])
    if (fired) {
      across.push(NaN)
      up.push(NaN)
    }
  }
  return {x: Float32Array.from(across), y: Float32Array.from(up)}
}

/** The sample at a time. @param {ArrayLike<number>} t ascending @param {number} time */
export function sampleAt(t, time) {
  let low = 0, high = t.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (t[middle] < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The height of a line at x. @param {ArrayLike<number>} xs ascending @param {ArrayLike<number>} ys @param {number} x */
export function heightAt(xs, ys, x) {
  const k = Math.max(1, sampleAt(xs, x))
  const share = (x - xs[k - 1]) / (xs[k] - xs[k - 1])
  return ys[k - 1] + share * (ys[k] - ys[k - 1])
}

/** Not to be seen itself: `model.args` says by their ids what is followed: x, y (none in the plane of a slope), spikes,
 * lines, run and here, which are sources, all `sources` of lines, and `plots` over time; `model.time` is that of the pointer.
 * @param {{model: any, view: any}} given */
export function render({model, view}) {
  const {document: page} = view.model
  /** @type {(() => void)[]} takes back what was connected */
  let ends = []
  /** @type {number | null} */
  let time = null
  let frame = 0, timer = 0
  /** @param {string} name @returns {Source | null} */
  const source = name => page.get_model_by_id(model.args[name] ?? "")
  const point = () => {
    const [x, y, lines, here] = ["x", "y", "lines", "here"].map(source)
    if (!x || !lines || !here) return
    const {t, y: v} = x.data
    const shown = time !== null && t.length > 0
    const k = shown ? sampleAt(t, Number(time)) : 0
    const height = () => y ? y.data.y[k] : heightAt(lines.data.x[0], lines.data.y[0], v[k])
    here.setv({data: shown ? {x: [v[k]], y: [height()]} : {x: [], y: []}}, {sync: false})
  }
  const draw = () => {
    frame = 0
    const [x, y, spikes, run] = ["x", "y", "spikes", "run"].map(source)
    if (x && run) run.setv({data: y ? path(x.data, y.data, spikes?.data.t ?? []) : {x: [], y: []}}, {sync: false})
    point()
  }
  const change = () => { frame ||= requestAnimationFrame(draw) } // once for all plots that have other data
  /** @param {number | null} at */
  const move = at => {
    time = at
    point()
    timer ||= window.setTimeout(() => {
      timer = 0
      model.time = time
    }, PAUSE)
  }
  const follow = () => {
    for (const end of ends) end()
    ends = []
    for (const {properties: {data}} of (model.args.sources ?? []).map((/** @type {string} */ id) => page.get_model_by_id(id))) {
      data.change.connect(change)
      ends.push(() => data.change.disconnect(change))
    }
    for (const plot of (model.args.plots ?? []).map((/** @type {string} */ id) => page.get_model_by_id(id))) {
      let over = true
      plot.on_event("mousemove", (/** @type {any} */ event) => { if (over) move(event.x) })
      plot.on_event("mouseleave", () => { if (over) move(null) })
      page.event_manager.subscribed_models.add(plot)
      ends.push(() => { over = false })
    }
    change()
  }
  model.on("args", follow)
  model.on("remove", () => {
    cancelAnimationFrame(frame)
    for (const end of ends) end()
  })
  follow()
  return document.createElement("span")
}
