import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { RandomStream } from '../../apps/simulator/voice/randomStream.ts'
import { openContext } from '../../training-server/server/openContext.ts'
import { checkIntegrity } from '../../training-server/server/integrity.ts'
import { speakerWav } from '../harness/enrolled.ts'
import { BedsideUnderFault } from './bedsideUnderFault.ts'
import { BrowserUnderFault } from './browserUnderFault.ts'
import { type Clinic, type Fault, FAULTS } from './faults.ts'
import { FaultyLine } from './faultyLine.ts'
import { ServerUnderFault } from './serverUnderFault.ts'
import type { Expected, UnderFault } from './underFault.ts'

export interface FaultPlan {
  /** Simulated devices, and those that are a real Chromium. */
  readonly devices: number
  readonly browsers: number
  /** Of the simulated devices together, and of each browser. */
  readonly encounters: number
  readonly encountersPerBrowser: number
  readonly seed: number
  /** Faults while the encounters are made. */
  readonly faults: number
  readonly say: (line: string) => void
}

/** How often something was made to fail, and how often somebody was told so in a sentence. */
export interface Told {
  readonly injected: number
  readonly told: number
  readonly where: string
  /** As it was read there. */
  readonly sentence: string
}

export interface FaultReport {
  readonly encounters: number
  readonly faults: Readonly<Record<string, Told>>
  /** Connections broken and answered by the portal. */
  readonly line: Readonly<Record<string, number>>
  readonly lost: number
  readonly duplicated: number
  readonly underAnother: number
  /** Items a device still had without a receipt in the end. */
  readonly waiting: number
  /** The stored file that was damaged on purpose, and what the integrity check said of it. */
  readonly corrupted: { readonly sha256: string; readonly said: readonly string[] }
  /** What the check said beyond it. */
  readonly otherFindings: readonly string[]
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const DRAIN_MS = 300_000
/** A sentence that is not there after so long is not there. */
const TOLD_MS = 15_000
const CALM_MS = 20_000

/** A clinic works while everything fails; in the end what the devices saved is compared with what the server holds. */
export async function runFaults(plan: FaultPlan): Promise<FaultReport> {
  const { devices, browsers, encounters, seed, faults, say } = plan
  const random = new RandomStream(`faults/${seed}`)
  const server = await ServerUnderFault.make()
  const line = new FaultyLine(random)
  const own = await mkdtemp(join(tmpdir(), 'spira-faults-devices-'))
  const simulated = Array.from({ length: devices }, () => new BedsideUnderFault())
  const microphone = browsers > 0 ? await speakerWav(own) : ''
  const real = Array.from({ length: browsers }, () => new BrowserUnderFault(own, microphone))
  const bedsides: readonly UnderFault[] = [...simulated, ...real]
  const told: Record<string, Told> = {}
  try {
    await server.start()
    const url = await line.open()
    line.leadTo(server.port)
    for (const bedside of bedsides) await bedside.enrol(url, await server.enrolmentCode())

    const clinic = { server, line, bedsides, random }
    const names = Object.keys(FAULTS).filter(
      (name) => (name !== 'disk full' || server.disk === 'small') && (name !== 'browser killed' || browsers > 0),
    )
    if (server.disk === 'shared') say('disk full: left out, a small disk of its own needs root')
    const recording = real.map((browser) => record(browser, plan.encountersPerBrowser, say))
    let saved = 0
    for (let number = 0; number < faults; number += 1) {
      const name = names[number % names.length] ?? ''
      const fault = FAULTS[name]
      if (fault === undefined) continue
      const share = Math.ceil((encounters * (number + 1)) / faults) - saved
      let saving = Promise.resolve()
      const sentence = await inject(clinic, fault, () => {
        saving = save(simulated, saved, share, random)
        saved += share
      })
      await saving
      const before = told[name]
      told[name] = {
        injected: (before?.injected ?? 0) + 1,
        told: (before?.told ?? 0) + (sentence === null ? 0 : 1),
        where: fault.where === 'app' ? 'device' : 'server log',
        sentence: sentence ?? before?.sentence ?? '',
      }
      say(`fault ${number + 1} of ${faults}: ${name}: ${sentence ?? 'NOBODY WAS TOLD'}`)
    }
    await Promise.all(recording)
    await server.start()
    await drain(bedsides, say)
    const waiting = (await Promise.all(bedsides.map((bedside) => bedside.unsent()))).reduce(
      (sum, each) => sum + each.waiting,
      0,
    )
    const expected = (await Promise.all(bedsides.map((bedside) => bedside.expected()))).flat()
    await server.stop()
    return {
      encounters: expected.length,
      faults: told,
      line: line.done,
      waiting,
      ...(await compare(server, expected, random)),
    }
  } finally {
    await Promise.all(bedsides.map((bedside) => bedside.close()))
    line.close()
    await server.remove()
    await rm(own, { recursive: true, force: true })
  }
}

/**
 * Lets it fail until somebody was told, and then all be well again.
 *
 * @param work begins when it has failed: a device that has nothing to send asks nobody. @returns the sentence; null when there was none.
 */
async function inject(clinic: Clinic, fault: Fault, work: () => void): Promise<string | null> {
  await calm(clinic)
  const since = clinic.server.log.length
  await fault.begin(clinic)
  work()
  const until = Date.now() + TOLD_MS
  let sentence: string | null = null
  while (sentence === null && Date.now() < until) {
    sentence = await find(clinic, fault, since)
    if (sentence === null) await pause(50)
  }
  await pause(clinic.random.uniform(100, 800))
  await fault.end(clinic)
  return sentence
}

async function find({ server, bedsides }: Clinic, { where, sentence }: Fault, since: number): Promise<string | null> {
  const lines =
    where === 'log'
      ? server.log.slice(since)
      : (await Promise.all(bedsides.map((bedside) => bedside.said().catch(() => '')))).flatMap((said) =>
          said.split('\n'),
        )
  for (const line of lines) {
    const found = sentence.exec(line)
    if (found !== null) return where === 'log' ? found[0] : line
  }
  return null
}

/** What one fault left on the screens must not be taken for the next one's. */
async function calm({ bedsides }: Clinic): Promise<void> {
  const until = Date.now() + CALM_MS
  const upset = /cannot be reached|Something other than/
  const simulated = bedsides.filter(({ kind }) => kind === 'simulated')
  while (Date.now() < until) {
    const said = await Promise.all(simulated.map((bedside) => bedside.said()))
    if (!said.some((words) => upset.test(words))) return
    await pause(100)
  }
}

async function save(bedsides: readonly UnderFault[], from: number, count: number, random: RandomStream): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    const bedside = bedsides[number % bedsides.length]
    for (let attempt = 0; ; attempt += 1) {
      try {
        await bedside?.save(random.uniform(1, 6))
        break
      } catch (error) {
        // The app is being restarted just now: the operator was not told that it is saved, and saves again.
        if (attempt === 50) throw error
        await pause(100)
      }
    }
    await pause(20)
  }
}

/** Somebody at the browser: as many encounters as are to be, whatever happens to it meanwhile. */
async function record(browser: BrowserUnderFault, encounters: number, say: (line: string) => void): Promise<void> {
  for (let done = 0, attempts = 0; done < encounters; attempts += 1) {
    try {
      await browser.save()
      done += 1
    } catch (error) {
      if (attempts > 5 * encounters) throw error
      say(`an encounter in the browser was cut off: ${String(error).split('\n')[0]}`)
      await pause(500)
    }
  }
}

async function drain(bedsides: readonly UnderFault[], say: (line: string) => void): Promise<void> {
  const until = Date.now() + DRAIN_MS
  for (let round = 0; Date.now() < until; round += 1) {
    const states = await Promise.all(bedsides.map((bedside) => bedside.unsent()))
    const waiting = states.reduce((sum, each) => sum + each.waiting, 0)
    if (waiting === 0) return
    if (round % 10 === 0) say(`waiting for the receipts of ${waiting} items`)
    for (const [index, { attention, waiting: left }] of states.entries()) {
      const bedside = bedsides[index]
      // What needs a person gets one; a browser's own patience is five minutes, a person's is not.
      const impatient = bedside?.kind === 'Chromium' && left > 0 && round % 20 === 5
      if (attention.length > 0) say(`needs attention: ${[...new Set(attention)].join(', ')}`)
      if (attention.length > 0 || impatient) await bedside?.sendNow()
    }
    await pause(500)
  }
}

async function compare(server: ServerUnderFault, expected: readonly Expected[], random: RandomStream) {
  const opened = await openContext({ dataFolder: server.folder, log: pino({ level: 'silent' }) })
  try {
    const { db } = opened.context
    const rows = await db
      .selectFrom('recordings')
      .select(['id', 'encounterId', 'participantId', 'sha256', 'filedAt'])
      .execute()
    const byId = new Map(rows.map((row) => [row.id, row]))
    const damaged = await damageOne(server.folder, random)
    const findings = await checkIntegrity(opened.context)
    const missing = new Set(findings.filter(({ kind }) => kind === 'missing').map(({ subject }) => subject))
    return {
      lost: expected.filter(({ recordingId, sha256 }) => {
        const row = byId.get(recordingId)
        return row === undefined || row.filedAt === null || row.sha256 !== sha256 || missing.has(sha256)
      }).length,
      duplicated: rows.length - new Set(expected.map(({ recordingId }) => recordingId)).size,
      underAnother: expected.filter(({ recordingId, participantId, encounterId }) => {
        const row = byId.get(recordingId)
        return row !== undefined && (row.participantId !== participantId || row.encounterId !== encounterId)
      }).length,
      corrupted: {
        sha256: damaged,
        said: findings.filter(({ subject }) => subject === damaged).map(({ sentence }) => sentence),
      },
      otherFindings: findings.filter(({ subject }) => subject !== damaged).map(({ sentence }) => sentence),
    }
  } finally {
    await opened.close()
  }
}

/** Turns some bytes of one stored recording over, as a failing disk does. @returns its name. */
async function damageOne(folder: string, random: RandomStream): Promise<string> {
  const entries = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
  const chosen = files[Math.floor(random.uniform(0, files.length))]
  if (chosen === undefined) throw new Error('nothing is stored')
  const file = await open(join(chosen.parentPath, chosen.name), 'r+')
  await file.write(randomBytes(16), 0, 16, 1000)
  await file.close()
  return chosen.name
}
