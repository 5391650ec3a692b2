import type { Inference } from '../assessment/inference.ts'
import { loadBundledModel } from '../models/bundledModel.ts'
import { createInference } from '../models/inference.ts'
import { type RunningModel, runModel } from '../models/runningModel.ts'
import type { ModelService, ModelState } from './bedside.ts'
import { createLive } from './live.ts'

/** The bundled model alone, until releases are followed. */
export async function createBundledModels(): Promise<
  ModelService & { activeInference(): Promise<Inference>; dispose(): void }
> {
  const state = createLive<ModelState>({ active: null, update: 'none', refusal: null, lastCheckedAt: null })
  let running: RunningModel | null = null
  try {
    const files = await loadBundledModel(fetch.bind(globalThis), `${import.meta.env.BASE_URL}model/`)
    running = runModel(files, createInference)
    state.set({ ...state.get(), active: { manifest: files.manifest, source: 'bundled' } })
  } catch {
    state.set({ ...state.get(), refusal: 'bundled_damaged' })
  }
  return {
    state,
    checkNow: () => Promise.resolve(),
    activeInference: () => (running === null ? Promise.reject(new Error('no model')) : running.ready()),
    dispose: () => running?.dispose(),
  }
}
