// The menu of exports: the page makes its link and its pictures, the server all else.

/** What is shown, as a file's name: the preset, or the model and its stimulus, as the address says.
 * @param {string[]} families */
function stem(families) {
  const query = new URLSearchParams(window.location.search)
  const family = families.find(one => query.has(one))
  const words = query.get("preset") ?? [family && query.get(family), query.get("s")].filter(Boolean).join("-")
  return `snnlab-${words || query.get("page") || "page"}`.replace(/[^\w.-]/g, "")
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000) // a browser may ask first where to put it
}

/** @param {string} text */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = Object.assign(document.createElement("textarea"), {value: text}) // a page that did not come by https
  document.body.append(area)
  area.select()
  const done = document.execCommand("copy")
  area.remove()
  if (!done) throw new Error("the browser does not allow it")
}

/** The plots over time as they are seen, on the page's ground. @param {any} document @param {string} prefix @param {"png" | "svg"} type */
async function picture(document, prefix, type) {
  const {index} = /** @type {any} */ (globalThis).Bokeh
  const plot = [...document.all_models].find(one => one.type == "Plot" && one.name?.startsWith(prefix) && index.find_one(one))
  if (!plot) return null
  const view = index.find_one(plot).parent
  const layer = view.export(type, type == "png")
  const {width, height} = view.bbox
  const ground = getComputedStyle(window.document.body).backgroundColor
  if (type == "svg") {
    const text = await (await layer.to_blob()).text()
    const under = `<rect width="${width}" height="${height}" fill="${ground}"/>`
    return new Blob([text.replace(/<svg[^>]*>/, `$&${under}`)], {type: "image/svg+xml"})
  }
  const canvas = Object.assign(window.document.createElement("canvas"), {width: layer.canvas.width, height: layer.canvas.height})
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  ctx.fillStyle = ground
  ctx.fillRect(0, 0, canvas.width, canvas.height)
  ctx.drawImage(layer.canvas, 0, 0)
  return new Promise(done => canvas.toBlob(done, "image/png"))
}

/** @param {{model: any, view: any}} given */
export function render({model, view}) {
  const root = document.createElement("details")
  const summary = document.createElement("summary"), list = document.createElement("div"), status = document.createElement("p")
  status.setAttribute("role", "status")
  root.append(summary, list)
  /** @type {Map<string, {title: string, ending: string, type: string}>} */
  const items = new Map()
  let count = 0
  const copied = async () => {
    await copy(window.location.href)
    const file = new URLSearchParams(window.location.search).get("file")
    status.textContent = file
      ? `Copied. A link cannot hold ${file}: whoever opens it sees the usual stimulus in its place, and is told so.`
      : "Copied."
  }
  /** @param {string} key */
  const choose = async key => {
    status.textContent = ""
    window.dispatchEvent(new Event("snnlab-address")) // what waits to be written there
    try {
      if (key == "link") await copied()
      else if (key == "png" || key == "svg") {
        const found = await picture(view.model.document, model.plots, key)
        if (found) save(found, stem(model.families) + items.get(key)?.ending)
      } else model.asked = {key, number: ++count}
    } catch (error) {
      status.textContent = `${items.get(key)?.title} did not work: ${error}`
    }
  }
  const buttons = model.items.map((/** @type {string[]} */ [key, title, doc, ending, type]) => {
    items.set(key, {title, ending, type})
    const button = document.createElement("button"), small = document.createElement("small")
    small.textContent = doc
    button.append(title, small)
    button.addEventListener("click", () => choose(key))
    list.append(button)
    return button
  })
  list.append(status)
  const show = () => {
    summary.textContent = model.busy ? `Making ${model.busy} …` : "Export"
    for (const button of buttons) button.disabled = !!model.busy || model.disabled
  }
  for (const name of ["busy", "disabled"]) model.on(name, show)
  model.on("file", () => {
    const {key, data, said} = model.file
    if (!key) return
    const {ending, type} = /** @type {{ending: string, type: string}} */ (items.get(key))
    save(new Blob([data], {type}), stem(model.families) + ending)
    status.textContent = said
    model.file = {} // the server need not keep it
  })
  model.on("remove", /** @type {any} */ (globalThis).snnlabMenu(root))
  show()
  return root
}
