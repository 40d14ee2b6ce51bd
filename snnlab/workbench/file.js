// A field for a file, which travels in pieces: a message of the server's socket has a limit.

const PIECE = 4_000_000 // bytes

/** @param {{model: any}} given */
export function render({model}) {
  const root = document.createElement("label")
  const input = document.createElement("input")
  root.className = "file"
  input.type = "file"
  input.addEventListener("change", async () => {
    const [file] = input.files ?? []
    if (file === undefined) return
    const {name, size} = file
    if (size > model.most) {
      model.send_msg({name, size})
      return
    }
    const data = await file.arrayBuffer()
    for (let begin = 0; begin === 0 || begin < size; begin += PIECE) {
      model.send_msg({name, size, begin, piece: data.slice(begin, begin + PIECE)})
    }
    input.value = "" // so that the same file, mended, is a new one
  })
  const show = () => { input.disabled = model.disabled }
  model.on("disabled", show)
  show()
  root.append(model.label, input)
  return root
}
