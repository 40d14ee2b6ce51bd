// Asks the server for the page as a file, and hands it to the browser as a download.

/** @param {{model: any}} given */
export function render({model}) {
  const button = document.createElement("button")
  const show = () => {
    button.textContent = model.busy ? "Saving …" : "Save as HTML"
    button.disabled = model.busy
  }
  button.addEventListener("click", () => { model.asked += 1 })
  model.on("busy", show)
  model.on("file", () => {
    const {name, text} = model.file
    if (!text) return
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([text], {type: "text/html"}))
    link.download = name
    link.click()
    model.file = {} // the server need not keep it
    setTimeout(() => URL.revokeObjectURL(link.href), 60000) // a browser may ask first where to put it
  })
  show()
  return button
}
