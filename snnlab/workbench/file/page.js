// Brings pages to life: every element of the class "snnlab-page", with the data that are in it.

import {bytes} from "../../engine/portable.js"
import {element} from "../knobs.js"
import {Explorer} from "./explorer.js"
import {Gallery} from "./gallery.js"

const DARK = "(prefers-color-scheme: dark)"

/** @param {HTMLElement} host @param {any} Bokeh @param {string} sheet */
function open(host, Bokeh, sheet) {
  const whole = host.parentElement == document.body
  host.classList.toggle("whole", whole)
  const page = JSON.parse(/** @type {HTMLElement} */ (host.querySelector("script[type='application/json']")).textContent ?? "")
  const shown = page.plots ? new Explorer(page, Bokeh) : new Gallery(page)
  const reset = element("button", {textContent: "Reset"})
  reset.addEventListener("click", () => shown.reset())
  const theme = element("button", {textContent: "◐", title: "light or dark", ariaLabel: "light or dark"})
  const head = element("header", {}, element("h1", {textContent: page.title}), ...shown.tools, reset, theme)
  const foot = element("footer", {textContent: `snnlab ${page.version}. This page runs by itself: it asks no server.`})
  const root = host.attachShadow({mode: "open"})
  root.append(element("style", {textContent: sheet}), head, shown.root, foot)
  /** Where the page is the whole file, its ground as well. @param {string} scheme */
  const dress = scheme => {
    for (const one of whole ? [host, document.documentElement] : [host]) one.style.colorScheme = scheme
    shown.colour(getComputedStyle(host).color)
  }
  theme.addEventListener("click", () => {
    const now = host.style.colorScheme || (matchMedia(DARK).matches ? "dark" : "light")
    dress(now == "dark" ? "light" : "dark")
  })
  matchMedia(DARK).addEventListener("change", () => shown.colour(getComputedStyle(host).color))
  Object.assign(host, {shown}) // for who embeds it
  shown.begin().then(() => {
    shown.colour(getComputedStyle(host).color)
    host.dataset.ready = ""
  })
}

/** Whether this kernel runs: the server of the notebook is asked, where the page is one of it. @param {string} name */
async function hasKernel(name) {
  const {google, Jupyter} = /** @type {any} */ (globalThis)
  const about = document.getElementById("jupyter-config-data")?.textContent
  if (!about) return Boolean(google?.colab?.kernel?.accessAllowed || Jupyter?.notebook?.kernel)
  const {baseUrl, token} = JSON.parse(about)
  try {
    const headers = token ? {Authorization: `token ${token}`} : undefined
    return (await fetch(`${baseUrl}api/kernels/${name}`, {headers})).ok
  } catch { // no server any more
    return false
  }
}

/** Put the widget of a kernel, which is HTML with scripts, in the place of its page. @param {HTMLElement} host @param {string} packed */
async function unpack(host, packed) {
  const stream = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("gzip"))
  const widget = document.createElement("div")
  const {parts, order} = await new Response(stream).json()
  widget.innerHTML = order.map((/** @type {number} */ k) => parts[k]).join('"')
  host.replaceWith(widget)
  for (const old of widget.querySelectorAll("script")) {
    const script = document.createElement("script")
    for (const {name, value} of old.attributes) script.setAttribute(name, value)
    script.textContent = old.textContent
    old.replaceWith(script)
  }
}

/** @param {HTMLElement} host @param {any} Bokeh @param {string} sheet */
async function choose(host, Bokeh, sheet) {
  const widget = /** @type {HTMLElement | null} */ (host.querySelector("script[type='text/plain']"))
  if (widget && await hasKernel(widget.dataset.kernel ?? "")) await unpack(host, widget.textContent ?? "")
  else open(host, Bokeh, sheet)
}

/** All that are there, and those that come. @param {any} Bokeh @param {string} sheet */
export function begin(Bokeh, sheet) {
  const chosen = new WeakSet()
  const find = () => {
    for (const host of document.querySelectorAll(".snnlab-page")) {
      if (chosen.has(host)) continue
      chosen.add(host)
      choose(/** @type {HTMLElement} */ (host), Bokeh, sheet)
    }
  }
  const there = /** @type {any} */ (globalThis)
  if (there.snnlabPages) return // of another cell, or of this one before it ran again
  there.snnlabPages = true
  find()
  new MutationObserver(find).observe(document.body, {childList: true, subtree: true})
}
