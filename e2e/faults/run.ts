import { randomBytes } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { RandomStream } from '../../apps/simulator/voice/randomStream.ts'
import { openContext } from '../../training-server/server/openContext.ts'
import { checkIntegrity } from '../../training-server/server/integrity.ts'
import { BedsideUnderFault } from './bedsideUnderFault.ts'
import { FaultyLine } from './faultyLine.ts'
import { ServerUnderFault } from './serverUnderFault.ts'

export interface FaultPlan {
  readonly devices: number
  readonly encounters: number
  readonly seed: number
  /** Faults while the encounters are made. */
  readonly faults: number
  readonly say: (line: string) => void
}

export interface FaultReport {
  readonly encounters: number
  readonly faults: Readonly<Record<string, number>>
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
const DRAIN_MS = 240_000

/** A clinic works while everything fails; in the end what the devices saved is compared with what the server holds. */
export async function runFaults({ devices, encounters, seed, faults, say }: FaultPlan): Promise<FaultReport> {
  const random = new RandomStream(`faults/${seed}`)
  const server = await ServerUnderFault.make()
  const line = new FaultyLine(random)
  const bedsides = Array.from({ length: devices }, () => new BedsideUnderFault())
  const counts: Record<string, number> = {}
  try {
    await server.start()
    const url = await line.open()
    line.leadTo(server.port)
    for (const bedside of bedsides) await bedside.enrol(url, await server.enrolmentCode())

    const kinds = { server, line, bedsides, random }
    const names = Object.keys(FAULTS).filter((name) => name !== 'disk full' || server.disk === 'small')
    if (server.disk === 'shared') say('disk full: left out, a small disk of its own needs root')
    const saving = save(bedsides, encounters, random)
    for (let number = 0; number < faults; number += 1) {
      const name = names[number % names.length] ?? ''
      counts[name] = (counts[name] ?? 0) + 1
      say(`fault ${number + 1}: ${name}`)
      await FAULTS[name]?.(kinds)
      await pause(random.uniform(200, 1500))
    }
    await saving
    line.mode = 'sound'
    await server.start()
    await drain(bedsides, say)
    const waiting = (await Promise.all(bedsides.map((bedside) => bedside.unsent()))).reduce(
      (sum, each) => sum + each.waiting,
      0,
    )
    await server.stop()
    return { encounters, faults: { ...counts, ...line.done }, waiting, ...(await compare(server, bedsides, random)) }
  } finally {
    await Promise.all(bedsides.map((bedside) => bedside.close()))
    line.close()
    await server.remove()
  }
}

interface Kinds {
  readonly server: ServerUnderFault
  readonly line: FaultyLine
  readonly bedsides: readonly BedsideUnderFault[]
  readonly random: RandomStream
}

const FAULTS: Readonly<Record<string, (kinds: Kinds) => Promise<void>>> = {
  'server killed': async ({ server }) => {
    await server.killServer()
    await server.start()
  },
  'sockets cut': async ({ line, random }) => {
    line.mode = 'cut'
    await pause(random.uniform(1000, 3000))
    line.cutAll()
    line.mode = 'sound'
  },
  'PostgreSQL killed': async ({ server }) => {
    await server.killPostgres()
    await server.start()
  },
  'captive portal': async ({ line, random }) => {
    line.mode = 'captive portal'
    line.cutAll()
    await pause(random.uniform(500, 2000))
    line.mode = 'sound'
  },
  'app restarted': async ({ bedsides, random }) => {
    await bedsides[Math.floor(random.uniform(0, bedsides.length))]?.restart()
  },
  'worker killed': async ({ server }) => {
    await server.killWorker()
    await server.start()
  },
  'disk full': async ({ server, random }) => {
    await server.fillDisk()
    await pause(random.uniform(1000, 2500))
    await server.emptyDisk()
    // PostgreSQL may have given up: whoever looks after the server starts it again.
    await server.killServer()
    await server.start()
  },
}

async function save(bedsides: readonly BedsideUnderFault[], encounters: number, random: RandomStream): Promise<void> {
  for (let number = 0; number < encounters; number += 1) {
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

async function drain(bedsides: readonly BedsideUnderFault[], say: (line: string) => void): Promise<void> {
  const until = Date.now() + DRAIN_MS
  for (let round = 0; Date.now() < until; round += 1) {
    const states = await Promise.all(bedsides.map((bedside) => bedside.unsent()))
    const waiting = states.reduce((sum, each) => sum + each.waiting, 0)
    if (waiting === 0) return
    if (round % 10 === 0) say(`waiting for the receipts of ${waiting} items`)
    // What needs a person gets one.
    for (const [index, { attention }] of states.entries()) {
      if (attention.length === 0) continue
      say(`needs attention: ${[...new Set(attention)].join(', ')}`)
      await bedsides[index]?.sendNow()
    }
    await pause(500)
  }
}

async function compare(server: ServerUnderFault, bedsides: readonly BedsideUnderFault[], random: RandomStream) {
  const opened = await openContext({ dataFolder: server.folder, log: pino({ level: 'silent' }) })
  try {
    const { db } = opened.context
    const rows = await db
      .selectFrom('recordings')
      .select(['id', 'encounterId', 'participantId', 'sha256', 'filedAt'])
      .execute()
    const expected = bedsides.flatMap((bedside) => bedside.expected)
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
