interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean }
  /** Where older Chromium has it. */
  readonly isFallbackAdapter?: boolean
}
/** Of WebGPU, https://www.w3.org/TR/webgpu/#gpu, what is asked here. */
interface Graphics {
  requestAdapter(): Promise<Adapter | null>
}

/** In its first moments Chromium (156, NVIDIA, Vulkan) was seen to have none, and to have one when it was asked again. */
const ASK_AGAIN_MS = 1000

/**
 * Whether the browser gives a graphics adapter that is more than the processor in disguise. Having `navigator.gpu` says nothing. Where there
 * is none the answer takes `askAgainMs`.
 */
export async function hasGraphicsAdapter(
  navigator: Navigator = globalThis.navigator,
  askAgainMs = ASK_AGAIN_MS,
): Promise<boolean> {
  const { gpu } = navigator as { readonly gpu?: Graphics }
  if (gpu === undefined) return false
  const ask = () => gpu.requestAdapter().catch(() => null)
  let adapter = await ask()
  if (adapter === null) {
    await new Promise((resolve) => setTimeout(resolve, askAgainMs))
    adapter = await ask()
  }
  return adapter !== null && adapter.info?.isFallbackAdapter !== true && adapter.isFallbackAdapter !== true
}
