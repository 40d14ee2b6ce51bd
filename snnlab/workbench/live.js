// The short way: a hand at a knob, the kernel in this page, the plots. The server hears of it as well, and sends what it
// alone has; while it is told that the page draws, it sends no pictures of what a hand does.

/** @typedef {import("../engine/portable.js").Kernel} Kernel */
/** @typedef {typeof import("../engine/portable.js") & typeof import("./pictures.js")} Runtime */

/** @param {{model: any, view: any}} given */
export function render({model, view}) {
  /** @type {Kernel | null} */
  let kernel = null
  let asked = 0
  /** @type {Map<string, Kernel>} by owners of knobs: these stay alive without a server */
  const runs = /** @type {any} */ (globalThis).snnlabRuns ??= new Map()
  /** @type {Runtime} */
  let portable
  /** @type {(() => void) | null} writes the numbers of what is drawn, where the server has not said the rest */
  let tell = null
  /** @param {"page" | "server"} way */
  const take = way => { if (model.way != way) model.way = way }

  /** @param {Record<string, number>} values */
  const move = values => {
    if (!kernel || !Object.keys(values).length) return
    const known = Object.fromEntries(Object.entries(values).filter(([name]) => kernel && name in kernel.values))
    if (Object.keys(known).length < Object.keys(values).length) return // the server has a word in this
    kernel.change({values: known})
    if (kernel.about.steps * kernel.about.neurons > model.recipe.most) {
      take("server")
      return
    }
    try {
      kernel.run()
    } catch (error) {
      if (!(error instanceof portable.Diverged)) throw error // the server says it
    }
    portable.keepStyles(/** @type {any} */ (globalThis).Bokeh)
    const {drawing} = model.recipe
    if (portable.refused(kernel, drawing)) {
      take("server")
      return
    }
    const found = portable.pictures(kernel, drawing)
    portable.show(view.model.document, drawing, found)
    tell = () => {
      const numbers = wordsOf("numbers")
      if (numbers) portable.tell(numbers.shadow_el, drawing.measures, found)
      wordsOf("words")?.el.classList.add("waiting")
    }
    tell()
    take("page")
  }
  /** The view of words beside the plots. @param {"numbers" | "words"} name */
  const wordsOf = name => {
    const words = view.model.document.get_model_by_name(`${model.owner}.${name}`)
    return words && /** @type {any} */ (globalThis).Bokeh.index.find_one(words)
  }
  const settle = () => {
    tell = null
    for (const name of /** @type {const} */ (["numbers", "words"])) {
      const words = wordsOf(name)
      for (const one of [words?.el, ...words?.shadow_el.querySelectorAll(".waiting") ?? []]) one?.classList.remove("waiting")
    }
  }
  /** What the server says, of the values that are drawn or of older ones. */
  const compare = () => {
    const {values, lines} = model.answered
    const same = kernel && Object.entries(kernel.values).every(([name, value]) => Math.abs(values[name] - value) <= 1e-9 * Math.abs(value))
    if (same) {
      settle()
      portable.add(view.model.document, model.recipe.drawing, lines)
    } else tell?.()
  }
  /** What a hand has moved since the server made this kernel. @param {Kernel} kernel */
  const late = kernel => {
    const knobs = /** @type {Map<string, () => number>} */ (/** @type {any} */ (globalThis).snnlabKnobs ?? new Map())
    const now = Object.keys(kernel.values).map(name => [name, knobs.get(`${model.owner}.${name}`)?.()])
    return Object.fromEntries(now.filter(([name, value]) => value !== undefined && value != kernel.values[String(name)]))
  }
  const receive = async () => {
    const number = ++asked
    kernel = null
    runs.delete(model.owner)
    settle()
    if (!model.recipe.run) return
    let made
    try {
      portable ??= await import(URL.createObjectURL(new Blob([model.runtime], {type: "text/javascript"})))
      made = await portable.Kernel.of(model.recipe.run)
    } catch (error) { // no WebAssembly here, or a policy against it
      console.info(`Runs are the server's: ${error}`)
      take("server")
      return
    }
    if (number != asked) return
    kernel = made
    runs.set(model.owner, kernel)
    take("page")
    move(late(kernel))
  }
  /** @param {Event} event */
  const hear = event => {
    const {name, value} = /** @type {CustomEvent} */ (event).detail
    if (name.startsWith(`${model.owner}.`)) move({[name.slice(model.owner.length + 1)]: value})
  }
  document.addEventListener("snnlab-moved", hear)
  model.on("remove", () => {
    document.removeEventListener("snnlab-moved", hear)
    runs.delete(model.owner)
  })
  model.on("recipe", receive)
  model.on("answered", compare)
  model.on("values", () => move(model.values.values))
  receive()
  return document.createElement("span")
}
