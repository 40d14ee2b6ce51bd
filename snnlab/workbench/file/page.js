// Brings pages to life: every element of the class "snnlab-page", with the data that are in it.

import {element} from "../knobs.js"
import {Explorer} from "./explorer.js"
import {Gallery} from "./gallery.js"

const DARK = "(prefers-color-scheme: dark)"

/** @param {HTMLElement} host @param {any} Bokeh @param {string} sheet */
function open(host, Bokeh, sheet) {
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
    for (const one of host.parentElement == document.body ? [host, document.documentElement] : [host]) {
      one.style.colorScheme = scheme
    }
    shown.colour(getComputedStyle(host).color)
  }
  theme.addEventListener("click", () => {
    const now = host.style.colorScheme || (matchMedia(DARK).matches ? "dark" : "light")
    dress(now == "dark" ? "light" : "dark")
  })
  matchMedia(DARK).addEventListener("change", () => shown.colour(getComputedStyle(host).color))
  shown.begin().then(() => {
    shown.colour(getComputedStyle(host).color)
    host.dataset.ready = ""
  })
}

/** All that are there, and those that come. @param {any} Bokeh @param {string} sheet */
export function begin(Bokeh, sheet) {
  const find = () => {
    for (const host of document.querySelectorAll(".snnlab-page")) {
      if (!host.shadowRoot) open(/** @type {HTMLElement} */ (host), Bokeh, sheet)
    }
  }
  find()
  const there = /** @type {any} */ (globalThis)
  if (!there.snnlabPages) new MutationObserver(find).observe(document.body, {childList: true, subtree: true})
  there.snnlabPages = true
}
