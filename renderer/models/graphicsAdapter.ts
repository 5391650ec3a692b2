interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean }
  /** Where older Chromium has it. */
  readonly isFallbackAdapter?: boolean
}
/** Of WebGPU, https://www.w3.org/TR/webgpu/#gpu, what is asked here. */
interface Graphics {
  requestAdapter(): Promise<Adapter | null>
}

/** Whether the browser gives a graphics adapter that is more than the processor in disguise. Having `navigator.gpu` says nothing. */
export async function hasGraphicsAdapter(navigator: Navigator = globalThis.navigator): Promise<boolean> {
  const { gpu } = navigator as { readonly gpu?: Graphics }
  const adapter = (await gpu?.requestAdapter().catch(() => null)) ?? null
  return adapter !== null && adapter.info?.isFallbackAdapter !== true && adapter.isFallbackAdapter !== true
}
