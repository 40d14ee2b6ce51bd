// The header of a page: its drawer, light and dark, and how it looks at a wall. It runs while the page is read, before all
// libraries.

{
  const root = document.documentElement
  const wide = window.matchMedia("(min-width: 900px)")
  const drawer = document.getElementById("drawer")

  /** For the next page, and the next visit. @param {string} name @param {string} value */
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax` }

  const tell = () => { // the drawer is open on a wide window alone, unless a click has said else
    const open = wide.matches !== root.classList.contains("drawer")
    drawer?.setAttribute("aria-label", open ? "Close drawer" : "Open drawer")
    drawer?.setAttribute("aria-expanded", String(open))
  }
  document.querySelector("nav [aria-current]")?.scrollIntoView({inline: "center", block: "nearest"})
  drawer?.addEventListener("click", () => {
    root.classList.toggle("drawer")
    tell()
  })
  wide.addEventListener("change", () => {
    root.classList.remove("drawer")
    tell()
  })

  /** Whatever is unfolded goes at a press elsewhere and at Escape: `close(whether it was that key)`. What this gives ends it.
   * @param {(HTMLElement | null)[]} parts @param {(byKey: boolean) => void} close */
  const dismiss = (parts, close) => {
    /** @param {KeyboardEvent} event */
    const key = event => { if (event.key == "Escape") close(true) }
    /** @param {Event} event */
    const press = event => { if (!parts.some(one => one && event.composedPath().includes(one))) close(false) }
    document.addEventListener("keydown", key)
    document.addEventListener("pointerdown", press)
    return () => {
      document.removeEventListener("keydown", key)
      document.removeEventListener("pointerdown", press)
    }
  }
  /** The same of a menu of the header; its summary has the focus then. @param {HTMLDetailsElement} menu */
  const dismissMenu = menu => dismiss([menu], byKey => {
    const inside = byKey && menu.open && menu.matches(":focus-within")
    menu.open = false
    if (inside) menu.querySelector("summary")?.focus()
  })
  Object.assign(globalThis, {snnlabMenu: dismissMenu}) // for components of the page

  const more = document.getElementById("more")
  /** @param {boolean} open */
  const unfold = open => more?.setAttribute("aria-expanded", String(open))
  more?.addEventListener("click", () => unfold(more.getAttribute("aria-expanded") != "true"))
  dismiss([more, document.getElementById("tools")], () => unfold(false))

  document.getElementById("theme")?.addEventListener("click", () => {
    keep("theme", root.classList.toggle("dark") ? "dark" : "default")
    root.dataset.theme = "chosen"
  })
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({matches}) => {
    if (!root.dataset.theme) root.classList.toggle("dark", matches)
  })

  const projector = document.getElementById("projector")
  const projected = () => {
    const on = root.classList.contains("projector")
    projector?.setAttribute("aria-pressed", String(on))
    if (wide.matches) root.classList.toggle("drawer", on)
    tell()
  }
  projector?.addEventListener("click", () => {
    keep("projector", root.classList.toggle("projector") ? "on" : "off")
    projected()
  })
  projected()
}
