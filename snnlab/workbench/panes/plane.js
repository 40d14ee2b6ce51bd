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

/** @type {WeakMap<Source, {time: number | null, frame: number, timer: number}>} by runs */
const states = new WeakMap()

/** Called where a plot has other data, and where the pointer moves over one or leaves it.
 * @param {{x: Source, y: Source | null, spikes: Source | null, run: Source, here: Source, lines: Source}} given
 * @param {any} event */
export default function follow({x, y, spikes, run, here, lines}, event) {
  let state = states.get(run)
  if (!state) states.set(run, state = {time: null, frame: 0, timer: 0})
  const known = state
  if (event.event_name == "mousemove") known.time = event.x
  else if (event.event_name == "mouseleave") known.time = null
  else if (y && !known.frame) { // once for all plots that have other data
    known.frame = requestAnimationFrame(() => {
      known.frame = 0
      run.setv({data: path(x.data, y.data, spikes?.data.t ?? [])}, {sync: false})
      point()
    })
  }
  const point = () => {
    const {t, y: v} = x.data
    const shown = known.time !== null && t.length > 0
    const k = shown ? sampleAt(t, Number(known.time)) : 0
    const height = () => y ? y.data.y[k] : heightAt(lines.data.x[0], lines.data.y[0], v[k])
    here.setv({data: shown ? {x: [v[k]], y: [height()]} : {x: [], y: []}}, {sync: false})
  }
  point()
  if (event.event_name && !known.timer) {
    known.timer = window.setTimeout(() => {
      known.timer = 0
      here.tags = known.time === null ? [] : [known.time]
    }, PAUSE)
  }
}
