// A field for a file, which travels in pieces: a message of the server's socket has a limit.

const PIECE = 4_000_000 // bytes

/** What a browser keeps of files: the last that was opened, as "last". @returns {Promise<IDBDatabase>} */
const database = () => new Promise((done, fail) => {
  const asked = indexedDB.open("snnlab", 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore("files")
  asked.onsuccess = () => done(asked.result)
  asked.onerror = () => fail(asked.error)
})

/** @param {File} file */
async function keep(file) {
  try {
    const found = await database()
    found.transaction("files", "readwrite").objectStore("files").put(file, "last")
    found.close()
  } catch {} // it may keep nothing
}

/** @returns {Promise<File | undefined>} */
async function kept() {
  try {
    const found = await database(), asked = found.transaction("files").objectStore("files").get("last")
    found.close() // when it has answered
    return await new Promise(done => {
      asked.onsuccess = () => done(asked.result)
      asked.onerror = () => done(undefined)
    })
  } catch {
    return undefined
  }
}

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("label")
  const input = document.createElement("input")
  root.className = "file"
  input.type = "file"
  /** @param {File} file */
  const send = async file => {
    const {name, size} = file
    if (size > model.most) {
      model.send_msg({name, size})
      return
    }
    const data = await file.arrayBuffer()
    keep(file)
    for (let begin = 0; begin === 0 || begin < size; begin += PIECE) {
      model.send_msg({name, size, begin, piece: data.slice(begin, begin + PIECE)})
    }
  }
  input.addEventListener("change", async () => {
    const [file] = input.files ?? []
    if (file === undefined) return
    await send(file)
    input.value = "" // so that the same file, mended, is a new one
  })
  if (model.everywhere) take(model, root, send)
  if (model.wanted) kept().then(file => { if (file && model.wanted.startsWith(file.name)) send(file) })
  const show = () => { input.disabled = model.disabled }
  model.on("disabled", show)
  show()
  root.append(model.label, input)
  return root
}

/** What is dropped anywhere on the page, but on another field for files.
 * @param {any} model @param {HTMLElement} root @param {(file: File) => void} send */
function take(model, root, send) {
  const sign = document.createElement("div")
  sign.textContent = "Drop to open"
  sign.style.cssText = `position: fixed; inset: 8px; z-index: 1000; display: none; place-content: center; border-radius: 8px;
    border: 3px dashed currentColor; background: var(--ground, Canvas); opacity: 0.85; font-size: 28px; pointer-events: none;`
  document.body.append(sign)
  /** @param {DragEvent} event */
  const isOurs = event => event.dataTransfer?.types.includes("Files") && !model.disabled
    && !event.composedPath().some(one => /** @type {HTMLInputElement} */ (one).type == "file" && !root.contains(/** @type {Node} */ (one)))
  /** @param {DragEvent} event */
  const over = event => {
    const ours = isOurs(event)
    if (ours) event.preventDefault()
    sign.style.display = ours ? "grid" : "none"
  }
  /** @param {DragEvent} event */
  const leave = event => { if (!event.relatedTarget) sign.style.display = "none" }
  /** @param {DragEvent} event */
  const drop = event => {
    sign.style.display = "none"
    if (!isOurs(event)) return
    event.preventDefault()
    const [file] = event.dataTransfer?.files ?? []
    if (file) send(file)
  }
  const heard = /** @type {[string, any][]} */ ([["dragover", over], ["dragleave", leave], ["drop", drop]])
  for (const [kind, hear] of heard) document.addEventListener(kind, hear)
  model.on("remove", () => {
    for (const [kind, hear] of heard) document.removeEventListener(kind, hear)
    sign.remove()
  })
}
