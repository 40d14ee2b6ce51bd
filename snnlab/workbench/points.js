// The current of a table of points in each step: `table` of waveforms.py, in its order of operations.

/** @typedef {[number, number]} Point time in ms, and value */
/** @typedef {{gain: number, offset: number, hold: boolean, dt: number, cuts: number}} Table `dt` of the stimulus in ms, of which each
 * is cut into so many steps */

const BEFORE = 1e-6 // ms: `EDGE` of sweep.py

/** @typedef {{trains: string[], dt: number}} Trains arrays of the lines that spikes are on */

/** The arrays of a run that follow from what a hand draws. @param {Point[]} points @param {Table | Trains} table @param {number} steps */
export function drawn(points, table, steps) {
  return "trains" in table ? ticked(points, table, steps) : {current: sampled(points, table, steps)}
}

/** Spikes in each step, of times and lines: `ticks` of trains.py. @param {Point[]} points @param {Trains} table @param {number} steps */
function ticked(points, {trains, dt}, steps) {
  const found = Object.fromEntries(trains.map(name => [name, new Float32Array(steps)]))
  for (const [time, line] of points) {
    const step = Math.floor((time + BEFORE) / dt)
    if (step < steps) found[trains[line]][step] = 1
  }
  return found
}

/** @param {Point[]} points their times ascend @param {Table} table @param {number} steps */
export function sampled(points, {gain, offset, hold, dt, cuts}, steps) {
  const found = new Float32Array(steps)
  let last = 0 // of the points that came, or the first one
  for (let k = 0; k < steps; k++) {
    const t = Math.floor(k / cuts) * dt
    while (last + 1 < points.length && points[last + 1][0] <= t + (hold ? BEFORE : 0)) last += 1
    const [point, next] = [points[last] ?? [0, 0], points[last + 1]]
    const isBetween = next && !hold && t > point[0]
    const value = isBetween ? (next[1] - point[1]) / (next[0] - point[0]) * (t - point[0]) + point[1] : point[1]
    found[k] = gain * value + offset
  }
  return found
}
