import { open, statfs } from 'node:fs/promises'
import { arch, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { PageFacts, ShellUpdate } from '@spira/renderer/shell/bridge.ts'
import { diagnosticsOf } from './diagnostics.ts'
import type { Journals } from './journal/journals.ts'
import type { DeviceKey } from './keys/deviceKey.ts'
import type { ShellSettings } from './settings.ts'

export interface DiagnosticsParts {
  readonly appVersion: string
  readonly platform: NodeJS.Platform
  readonly settings: ShellSettings
  readonly policyProblems: number
  readonly dataFolder: string
  readonly logFolder: string
  readonly journals: Pick<Journals, 'usage'>
  readonly deviceKey: Pick<DeviceKey, 'recordedBackend'>
  readonly update: () => ShellUpdate
}

/** More than the lines that are told of. */
const LOG_TAIL_BYTES = 256 * 1024

/** The diagnostics of this machine, now. A part that cannot be had is missing, and the rest is told all the same. */
export async function collectDiagnostics(parts: DiagnosticsParts, page: PageFacts | null): Promise<string> {
  const { appVersion, platform, settings, policyProblems, dataFolder, logFolder, journals, deviceKey, update } = parts
  const { electron, chrome, node } = process.versions
  return diagnosticsOf({
    at: new Date(),
    versions: { app: appVersion, electron, chrome, node },
    system: { platform, arch: arch(), release: release(), memoryBytes: totalmem() },
    settings,
    policyProblems,
    journals: await journals.usage().catch(() => null),
    freeDiskBytes: await statfs(dataFolder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
    keyBackend: await deviceKey.recordedBackend(),
    updates: updateWord(update()),
    page,
    log: await tailOf(join(logFolder, 'shell.log')).catch(() => ''),
  })
}

const updateWord = (update: ShellUpdate): string =>
  'reason' in update ? `${update.kind}: ${update.reason}` : update.kind

async function tailOf(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, LOG_TAIL_BYTES)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    const text = buffer.toString('utf8')
    // The first line is whole only where the file begins.
    return size === length ? text : text.slice(text.indexOf('\n') + 1)
  } finally {
    await handle.close()
  }
}
