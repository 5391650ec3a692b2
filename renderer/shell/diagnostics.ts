import type { Bedside } from '../bedside/bedside.ts'
import type { PageFacts } from './bridge.ts'
import { saveChosenFile } from './chosenFiles.ts'
import { shellBridge, valueOf } from './shellBridge.ts'

/** What the page knows of itself: numbers and versions, nothing of anybody. Null for what a device that did not start cannot say. */
export async function pageFacts(bedside: Pick<Bedside, 'models' | 'sync'> | null): Promise<PageFacts> {
  const sync = bedside?.sync.state.get()
  return {
    modelVersion: bedside?.models.state.get().active?.manifest.version ?? null,
    outbox:
      sync === undefined
        ? null
        : { waiting: sync.waiting, sending: sync.sending, synced: sync.synced, attention: sync.attention.length },
    storage: await storageFacts().catch(() => null),
    isolated: globalThis.crossOriginIsolated,
    threads: navigator.hardwareConcurrency,
  }
}

async function storageFacts(): Promise<PageFacts['storage']> {
  if (!('storage' in navigator)) return null
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  return { usedBytes: usage, quotaBytes: quota, persisted: await navigator.storage.persisted() }
}

/**
 * Writes the diagnostics where the person says: with what the shell knows of the machine in the desktop app, with what the page
 * knows on the web.
 *
 * @returns false when the person thought better of it. @throws ShellRefusal
 */
export async function saveDiagnostics(
  bedside: Pick<Bedside, 'models' | 'sync'> | null,
  appVersion: string,
): Promise<boolean> {
  const bridge = shellBridge()
  const page = await pageFacts(bedside)
  if (bridge !== null) return valueOf(await bridge.saveDiagnostics({ page })).saved
  const at = new Date().toISOString()
  const about = 'Spira Edge diagnostics: no recording, no identity, no key.'
  const text = `${JSON.stringify({ about, at, versions: { app: appVersion }, page }, null, 2)}\n`
  return saveChosenFile(`spira-edge-diagnostics-${at.slice(0, 10)}.json`, once(new TextEncoder().encode(text)))
}

async function* once(bytes: Uint8Array<ArrayBuffer>) {
  yield bytes
}
