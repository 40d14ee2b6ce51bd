// The header of a page: its drawer, and light and dark. It runs while the page is read, before all libraries.

{
  const root = document.documentElement
  const wide = window.matchMedia("(min-width: 900px)")
  const drawer = document.getElementById("drawer")

  const tell = () => { // the drawer is open on a wide window alone, unless a click has said else
    const open = wide.matches !== root.classList.contains("drawer")
    drawer?.setAttribute("aria-label", open ? "Close drawer" : "Open drawer")
    drawer?.setAttribute("aria-expanded", String(open))
  }
  drawer?.addEventListener("click", () => {
    root.classList.toggle("drawer")
    tell()
  })
  wide.addEventListener("change", () => {
    root.classList.remove("drawer")
    tell()
  })
  tell()

  document.getElementById("theme")?.addEventListener("click", () => {
    const dark = root.classList.toggle("dark")
    document.cookie = `theme=${dark ? "dark" : "default"}; path=/; SameSite=Lax` // for the next page, and the next visit
    for (const {all_models} of /** @type {any} */ (globalThis).Bokeh?.documents ?? []) {
      for (const model of all_models) if ("toolbar" in model.properties) model.change.emit() // a plot draws itself anew
    }
  })
}
