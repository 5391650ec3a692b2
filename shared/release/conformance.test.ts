import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Updater } from 'tuf-js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createReleaseClient } from './client.ts'
import { ReleaseError } from './errors.ts'
import { httpRepository } from './httpRepository.ts'
import { RELEASE_LIMITS } from './limits.ts'
import type { Role } from './metadata.ts'
import { Stage, type ConformanceCase, type ConformanceClient } from './testing/conformance/case.ts'
import { CONFORMANCE_CASES } from './testing/conformance/cases.ts'
import { TufRepository } from './testing/tufRepository.ts'

/** The cases of the TUF conformance suite, by name, on our client and on tuf-js: the same repositories, the same verdicts. */

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0)) await close()
})

async function repositoryOf({ prepare }: ConformanceCase) {
  const repository = new TufRepository()
  const root = prepare?.(repository) ?? repository.files.get('metadata/1.root.json')?.toString() ?? ''
  const { url, close } = await repository.serve()
  closers.push(close)
  return { repository, root, url }
}

const ourOutcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof ReleaseError) return error.code
      throw error
    },
  )
const theirOutcome = (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => 'accepted',
    (error: unknown) => `refused: ${String(error)}`,
  )

async function ours(item: ConformanceCase): Promise<void> {
  const { repository, root, url } = await repositoryOf(item)
  const stored = new Map<Role, string>([['root', root]])
  let clock: Date | undefined
  const client = createReleaseClient({
    fetchBytes: httpRepository(url, (address) => fetch(address)),
    trusted: {
      read: async (role) => stored.get(role) ?? null,
      write: async (role, text) => void stored.set(role, text),
    },
    now: () => clock ?? new Date(),
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  const device: ConformanceClient = {
    refresh(at) {
      clock = at
      return ourOutcome(client.refresh())
    },
    download: () =>
      ourOutcome(
        (async () => {
          await client.refresh()
          const release = client.currentRelease()
          if (release === null) throw new ReleaseError('not_found')
          await client.download(release.onnx)
        })(),
      ),
    trusted: async (role) => stored.get(role) ?? null,
  }
  await item.run(new Stage(repository, device, 'ours'))
}

async function theirs(item: ConformanceCase): Promise<void> {
  const { repository, root, url } = await repositoryOf(item)
  const folder = mkdtempSync(join(tmpdir(), 'tuf-js-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'root.json'), root)
  const updater = () =>
    new Updater({
      metadataDir: folder,
      metadataBaseUrl: `${url}/metadata`,
      targetDir: folder,
      targetBaseUrl: `${url}/targets`,
      config: { fetchRetry: 0 },
    })
  const device: ConformanceClient = {
    async refresh(at) {
      // tuf-js asks the clock itself.
      if (at !== undefined) vi.useFakeTimers({ toFake: ['Date'], now: at })
      const got = await theirOutcome(async () => updater().refresh())
      vi.useRealTimers()
      return got
    },
    download: () =>
      theirOutcome(async () => {
        const one = updater()
        await one.refresh()
        const path = Object.keys(repository.targets.targets).findLast((name) => name.endsWith('.onnx')) ?? 'nothing'
        const target = await one.getTargetInfo(path)
        if (target === undefined) throw new Error(`${path} is no target`)
        await one.downloadTarget(target, join(folder, 'network'))
      }),
    trusted: async (role) => {
      const path = join(folder, `${role}.json`)
      return existsSync(path) ? readFileSync(path, 'utf8') : null
    },
  }
  await item.run(new Stage(repository, device, 'its own'))
}

describe('promise 5: TUF conformance', () => {
  test.each(CONFORMANCE_CASES.map((item) => [item.name, item] as const))('%s', (_, item) => ours(item))
})

describe('the same cases by tuf-js', () => {
  test.each(CONFORMANCE_CASES.map((item) => [item.name, item] as const))('%s', async (_, item) => {
    if (item.stricterThanTufJs === undefined) await theirs(item)
    else await expect(theirs(item), item.stricterThanTufJs).rejects.toThrow()
  })
})
