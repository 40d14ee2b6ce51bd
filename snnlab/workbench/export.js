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

/** The plots over time, as what draws them. @param {any} document @param {string} prefix */
function stack(document, prefix) {
  const {index} = /** @type {any} */ (globalThis).Bokeh
  const plot = [...document.all_models].find(one => one.type == "Plot" && one.name?.startsWith(prefix) && index.find_one(one))
  return plot ? index.find_one(plot).parent : null
}

/** Other plots that are seen. @param {any} document @param {any} but what draws others */
function panes(document, but) {
  const {index} = /** @type {any} */ (globalThis).Bokeh
  const views = [...document.all_models].filter(one => one.type == "Plot").map(one => index.find_one(one))
  return views.filter(view => view && view.parent != but && view.el.checkVisibility({checkOpacity: false}) && view.bbox.height > 0)
}

/** Plots as they are seen, on the page's ground. @param {any} view @param {"png" | "svg"} type @returns {Promise<Blob | null>} */
async function picture(view, type) {
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

/** A report with the pictures of the page in it. @param {string} text @param {any} document @param {string} prefix */
async function illustrated(text, document, prefix) {
  const plots = stack(document, prefix), dark = window.document.documentElement.classList.contains("dark")
  /** @type {string[]} */
  const figures = []
  for (const view of [...plots ? [plots] : [], ...panes(document, plots)]) {
    const blob = await picture(view, "png")
    if (!blob) continue
    const words = view.canvas_view?.events_el.getAttribute("aria-label") ?? "The run over time."
    const figure = window.document.createElement("figure"), image = new Image(), caption = window.document.createElement("figcaption")
    image.src = await new Promise(done => {
      const reader = new FileReader()
      reader.onload = () => done(String(reader.result))
      reader.readAsDataURL(blob)
    })
    image.alt = caption.textContent = words
    image.width = view.bbox.width
    if (dark) image.className = "dark"
    figure.append(image, caption)
    figures.push(figure.outerHTML)
  }
  return text.replace("<!-- pictures -->", () => `<div class="pictures">${figures.join("\n")}</div>`)
}

/** Show a code for phones over the page. @param {string} svg @param {string} link */
function show_code(svg, link) {
  const dialog = document.createElement("dialog"), words = document.createElement("p"), close = document.createElement("button")
  dialog.setAttribute("aria-label", "QR code of the link")
  dialog.style.cssText = `padding: 16px; border: 0; border-radius: 8px; background: white; color: black; text-align: center;
    max-width: min(92vw, 820px); font: 14px/1.4 Roboto, Helvetica, Arial, sans-serif;`
  dialog.innerHTML = svg
  const code = /** @type {SVGElement} */ (dialog.querySelector("svg"))
  code.style.cssText = "display: block; margin: auto; width: min(70vh, 84vw); height: auto;"
  code.setAttribute("viewBox", `0 0 ${code.getAttribute("width")} ${code.getAttribute("height")}`)
  const {hostname} = window.location
  const alone = hostname == "localhost" || hostname.startsWith("127.")
  words.textContent = alone ? `${link}: an address of this machine alone, which no phone reaches.` : link
  words.style.cssText = "overflow-wrap: anywhere; margin: 8px 0; max-height: 5.6em; overflow: auto;"
  close.textContent = "Close"
  close.style.cssText = "font: inherit; padding: 4px 14px;"
  close.addEventListener("click", () => dialog.close())
  dialog.addEventListener("click", event => { if (event.target == dialog) dialog.close() })
  dialog.addEventListener("close", () => dialog.remove())
  dialog.append(words, close)
  document.body.append(dialog)
  dialog.showModal()
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
        const plots = stack(view.model.document, model.plots), found = plots && await picture(plots, key)
        if (found) save(found, stem(model.families) + items.get(key)?.ending)
      } else model.asked = {key, link: window.location.href, number: ++count}
    } catch (error) {
      status.textContent = `${items.get(key)?.title} did not work: ${error}`
    }
  }
  /** @type {{button: HTMLButtonElement, small: HTMLElement, key: string, doc: string}[]} */
  const buttons = model.items.map((/** @type {string[]} */ [key, title, doc, ending, type]) => {
    items.set(key, {title, ending, type})
    const button = document.createElement("button"), small = document.createElement("small")
    small.textContent = doc
    button.append(title, small)
    button.addEventListener("click", () => choose(key))
    list.append(button)
    return {button, small, key, doc}
  })
  list.append(status)
  root.addEventListener("toggle", () => { if (root.open) model.asked = {opened: true, number: ++count} })
  const show = () => {
    summary.textContent = model.busy ? `Making ${model.busy} …` : "Export"
    for (const {button, small, key, doc} of buttons) {
      const why = model.refused[key]
      button.disabled = !!model.busy || model.disabled || !!why
      small.textContent = why ?? doc
    }
  }
  for (const name of ["busy", "disabled", "refused"]) model.on(name, show)
  model.on("file", async () => {
    const {key, data, said} = model.file
    if (!key) return
    model.file = {} // the server need not keep it
    if (key == "qr") {
      root.open = false
      show_code(data, said)
      return
    }
    const {ending, type} = /** @type {{ending: string, type: string}} */ (items.get(key))
    const made = key == "report" ? await illustrated(data, view.model.document, model.plots) : data
    save(new Blob([made], {type}), stem(model.families) + ending)
    status.textContent = said
  })
  model.on("remove", /** @type {any} */ (globalThis).snnlabMenu(root))
  show()
  return root
}
