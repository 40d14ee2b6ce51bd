// The short way: a hand at a knob, the kernels in this page, the plots. The server hears of it as well, and sends what it
// alone has; while it is told that the page draws, it sends no pictures of what a hand does.

/** @typedef {import("../engine/portable.js").Kernel} Kernel */
/** @typedef {import("./pictures.js").Drawing} Drawing */
/** @typedef {typeof import("../engine/portable.js") & typeof import("./pictures.js") & typeof import("./points.js") & typeof import("./cards.js") & typeof import("./decode.js")} Runtime */
/** @typedef {import("../engine/portable.js").Portable} Portable */
/** @typedef {import("./decode.js").Decoder} Decoder */
/** @typedef {{key: string, run: Portable, answers: Portable | null, most: number, drawing: Drawing}} Recipe */
/**
 * @typedef {object} Run
 * @property {string} key of its model
 * @property {Kernel} kernel
 * @property {Map<string, string>} names of its values, by those of the knobs
 * @property {number} most neuron-steps
 * @property {Drawing} drawing
 * @property {Decoder | null} decoder
 * @property {() => void} tell writes the numbers of what is drawn, where the server has not said the rest
 */

/** @param {Recipe} one @param {Kernel} kernel @param {Decoder | null} decoder @returns {Run} */
function run({key, most, drawing}, kernel, decoder) {
  const names = new Map(Object.keys(kernel.values).map(name => [name.replace(/^model\./, `${key}.`), name]))
  return {key, kernel, names, most, drawing, decoder, tell: () => {}}
}

/** @param {{model: any, view: any}} given */
export function render({model, view}) {
  /** @type {Run[]} */
  let runs = []
  let asked = 0
  /** @type {Map<string, Set<string>>} knobs by their owners: these stay alive without a server */
  const alive = /** @type {any} */ (globalThis).snnlabRuns ??= new Map()
  /** @type {Map<string, (values: Record<string, number>) => Promise<ReturnType<Runtime["pictures"]> | null>>} by owners: what
   * the run would show with other values of its knobs, null where the page cannot tell; for who looks at others */
  const others = /** @type {any} */ (globalThis).snnlabOthers ??= new Map()
  /** @type {Runtime} */
  let portable
  /** @type {import("./cards.js").Cards | null} where there are no plots of Bokeh's */
  let cards = null
  const root = document.createElement("div")
  /** @param {"page" | "server"} way */
  const take = way => { if (model.way != way) model.way = way }

  /** Whether the server has a word in this. @param {Run} one */
  const isRefused = ({kernel, most, drawing, decoder}) => {
    decoder?.turn(kernel.values)
    for (const one of decoder ? [kernel, decoder.answers] : [kernel]) if (one.about.steps * one.about.neurons > most) return true
    try {
      kernel.run()
    } catch (error) {
      if (!(error instanceof portable.Diverged)) throw error // the server says it
    }
    return portable.refused(kernel, drawing)
  }
  /** @param {Record<string, number>} values of knobs */
  const move = values => {
    const names = Object.keys(values)
    if (!names.length || !names.every(name => runs.some(one => one.names.has(name)))) return
    const moved = runs.filter(one => names.some(name => one.names.has(name)))
    for (const {kernel, names: known} of moved) {
      kernel.change({values: Object.fromEntries(names.flatMap(name => known.has(name) ? [[known.get(name), values[name]]] : []))})
    }
    show(moved)
  }
  /** A hand draws the stimulus. @param {import("./points.js").Point[]} points */
  const draw = points => {
    others.delete(model.owner) // what a hand draws, no other kernel has
    const moved = runs.filter(one => one.drawing.table)
    for (const {kernel, drawing: {table}} of moved) {
      kernel.change({arrays: portable.drawn(points, /** @type {NonNullable<typeof table>} */ (table), kernel.about.steps)})
    }
    if (moved.length) show(moved)
  }
  /** Run these, with what they have become. @param {Run[]} moved */
  const show = moved => {
    if (moved.some(isRefused)) {
      take("server")
      return
    }
    if (!cards) portable.keepStyles(/** @type {any} */ (globalThis).Bokeh)
    for (const one of moved) {
      const found = portable.pictures(one.kernel, one.drawing, one.decoder)
      if (cards) cards.show(one.key, found)
      else portable.show(view.model.document, one.drawing, found)
      one.tell = () => {
        const numbers = wordsOf(one, "numbers")
        if (numbers) portable.tell(numbers.shadow_el, one.drawing.measures, found)
        const words = cards ? [cards.caption(one.key)] : [wordsOf(one, "words")?.el, wordsOf(one, "cell")?.el]
        for (const part of words) part?.classList.add("waiting")
      }
      one.tell()
    }
    take("page")
  }
  /** The view of words beside the plots. @param {Run} run @param {"numbers" | "words" | "cell"} name */
  const wordsOf = ({key}, name) => {
    const words = view.model.document.get_model_by_name(`${model.owner}.${key}.${name}`)
    return words && /** @type {any} */ (globalThis).Bokeh.index.find_one(words)
  }
  /** @param {Run} one */
  const settle = one => {
    one.tell = () => {}
    cards?.caption(one.key)?.classList.remove("waiting")
    for (const name of /** @type {const} */ (["numbers", "words", "cell"])) {
      const words = wordsOf(one, name)
      for (const part of [words?.el, ...words?.shadow_el.querySelectorAll(".waiting") ?? []]) part?.classList.remove("waiting")
    }
  }
  /** What a run would show with other values, by a kernel of its own. @param {Run} one @param {Recipe} recipe */
  const besides = (one, recipe) => {
    /** @type {Promise<Kernel>} */
    let made
    return async (/** @type {Record<string, number>} */ values) => {
      if (model.way != "page" || !Object.keys(values).every(name => one.names.has(name))) return null
      const kernel = await (made ??= portable.Kernel.of(recipe.run))
      const named = Object.entries(values).map(([name, value]) => [one.names.get(name), value])
      kernel.change({values: {...one.kernel.values, ...Object.fromEntries(named)}})
      try {
        kernel.run()
      } catch {
        return null // it diverges there
      }
      return portable.pictures(kernel, one.drawing, one.decoder)
    }
  }
  /** What the server says, of the values that are drawn or of older ones. */
  const compare = () => {
    const {values} = model.answered
    for (const one of runs) {
      const same = [...one.names].every(([name, own]) => {
        const value = one.kernel.values[own]
        return Math.abs(values[name] - value) <= 1e-9 * Math.abs(value)
      })
      if (same) settle(one)
      else one.tell()
    }
  }
  /** What a hand has moved since the server made these kernels. */
  const late = () => {
    const knobs = /** @type {Map<string, () => number>} */ (/** @type {any} */ (globalThis).snnlabKnobs ?? new Map())
    const now = runs.flatMap(({kernel, names}) => [...names].flatMap(([name, own]) => {
      const value = knobs.get(`${model.owner}.${name}`)?.()
      return value === undefined || value == kernel.values[own] ? [] : [[name, value]]
    }))
    return Object.fromEntries(now)
  }
  const load = async () => { portable ??= await import(URL.createObjectURL(new Blob([model.runtime], {type: "text/javascript"}))) }
  /** What the server draws on cards, and says of them. */
  const open = async () => {
    await load()
    cards = new portable.Cards(model.cards)
    root.append(Object.assign(cards.root, {cards})) // for who looks at them
    const draw = () => { for (const [key, shown] of Object.entries(model.pictures)) cards?.show(key, shown) }
    const say = () => { for (const [key, html] of Object.entries(model.captions)) cards?.say(key, html) }
    model.on("pictures", draw)
    model.on("captions", say)
    draw()
    say()
  }
  const receive = async () => {
    const number = ++asked
    for (const one of runs) settle(one)
    runs = []
    alive.delete(model.owner)
    others.delete(model.owner)
    /** @type {Recipe[]} */
    const recipe = model.recipe
    if (!recipe.length) return
    /** @type {Run[]} */
    let made
    try {
      await load()
      made = await Promise.all(recipe.map(async one => {
        const [kernel, answers] = await Promise.all([one.run, one.answers].map(run => run && portable.Kernel.of(run)))
        return run(one, /** @type {Kernel} */ (kernel), answers && new portable.Decoder(answers))
      }))
    } catch (error) { // no WebAssembly here, or a policy against it
      console.info(`Runs are the server's: ${error}`)
      take("server")
      return
    }
    if (number != asked) return
    runs = made
    alive.set(model.owner, new Set(runs.flatMap(one => [...one.names.keys()])))
    if (runs.length == 1 && !cards) others.set(model.owner, besides(runs[0], recipe[0]))
    take("page")
    const moved = late()
    move(moved)
    if (Object.keys(moved).length && model.answered.values) compare() // the server may have answered already
  }
  /** @param {Event} event */
  const hear = event => {
    const {name, value} = /** @type {CustomEvent} */ (event).detail
    if (name.startsWith(`${model.owner}.`)) move({[name.slice(model.owner.length + 1)]: value})
  }
  /** @param {Event} event */
  const hearDrawn = event => {
    const {owner, points} = /** @type {CustomEvent} */ (event).detail
    if (owner == model.owner) draw(points)
  }
  document.addEventListener("snnlab-moved", hear)
  document.addEventListener("snnlab-drawn", hearDrawn)
  model.on("remove", () => {
    document.removeEventListener("snnlab-moved", hear)
    document.removeEventListener("snnlab-drawn", hearDrawn)
    alive.delete(model.owner)
    others.delete(model.owner)
  })
  model.on("recipe", receive)
  model.on("answered", compare)
  model.on("values", () => move(model.values.values))
  if (model.cards.length) open()
  receive()
  return root
}
