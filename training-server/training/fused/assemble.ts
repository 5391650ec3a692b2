/**
 * A module from its text (https://webassembly.github.io/spec/core/text), which may use vectors of 128 bits and relaxed multiply-add.
 *
 * @throws where the text is not valid: a fault of whoever wrote it.
 */
export async function assemble(name: string, text: string): Promise<WebAssembly.Module> {
  // Here, so that who trains nothing does not load it.
  const { default: initialise } = await import('wabt')
  const wabt = await initialise()
  const parsed = wabt.parseWat(name, text, { simd: true, relaxed_simd: true })
  try {
    return await WebAssembly.compile(Uint8Array.from(parsed.toBinary({}).buffer))
  } finally {
    parsed.destroy()
  }
}
