import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { DEVICE_API } from '../shared/protocol/deviceApi.ts'
import type { DeviceEvent } from '../shared/protocol/events.ts'
import { newId } from '../shared/protocol/ids.ts'
import { RECEIPT_HEADER, RECEIPT_WANTED, receiptFromHeader } from '../shared/protocol/receiptHeader.ts'
import { verifyReceipt } from '../shared/protocol/verifyReceipt.ts'
import { enrolDevice, type EnrolledDevice } from '../apps/simulator/fleet/enrolDevice.ts'
import { createEnrolmentCode, ensureSite } from '../training-server/fleet/enrolmentCodes.ts'
import { openPostgres } from '../training-server/db/postgres.ts'
import { openContext } from '../training-server/server/openContext.ts'
import { targetAtLeast } from './bedsideBench.ts'
import { ask, byNodeHttp, connections } from './uploads/nodeHttp.ts'
import { postgresMs, processesMs } from './uploads/processorTime.ts'

/**
 * `npm run bench -- uploads`: recordings of 30 s filed a second, with receipts, by one server process and by two behind the same PostgreSQL,
 * against a bare @tus/server that only writes the bytes, on the same disk, in turns; and against the honest floor, a bare one that also
 * makes the bytes durable and commits one row of PostgreSQL for each. Processor time is counted, too, of all who share the machine: it
 * bounds the rate, and where others use the machine it is the steadier figure. Target: 70 % of the bare one's rate, on a
 * quiet machine: what others use is taken from the slower one first. `--memory`: 10,000 small uploads to one process.
 */
const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '160' },
    rounds: { type: 'string', default: '7' },
    memory: { type: 'boolean', default: false },
  },
})
/** What a server that keeps its word has to reach of a bare one's rate, by one process and by two. */
const LEAST_SHARE = 0.7
const root = fileURLToPath(new URL('../', import.meta.url))
const SECONDS = values.memory ? 0.5 : 30
const UPLOADS = values.memory ? 10_000 : Number(values.uploads)
const CLIENTS = 8
const WARM_UP = 240
/** Recordings told of in one batch of events. */
const TOGETHER = 20
const AT = '2026-11-20T09:30:00.000Z'
const folder = await mkdtemp(join(tmpdir(), 'spira-bench-uploads-'))
const data = join(folder, 'data')
const children: ChildProcess[] = []
const closing: (() => Promise<void>)[] = []
const pids = new Map<string, number>()
const { DATABASE_URL: _other, ...env } = process.env

async function start(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, SPIRA_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /ready on (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    pids.set(url, child.pid ?? 0)
    return url
  }
  throw new Error('a server ended before it was ready')
}

const wavOf = (): Buffer<ArrayBuffer> => {
  const samples = SECONDS * 16_000
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(16_000, 24)
  wav.writeUInt32LE(32_000, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(samples * 2, 40)
  randomBytes(samples * 2).copy(wav, 44)
  return wav
}

interface Prepared {
  readonly recordingId: string
  readonly sha256: string
  readonly mark: Buffer
}
const template = wavOf()
/** The template with eight bytes of its own: no two uploads are alike, and none need be kept. */
const bytesOf = ({ mark }: Prepared): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(template)
  bytes.set(mark, 1000)
  return bytes
}

let participants = 0
/** A pseudonym of its own for each: of ten thousand drawn by chance, two would be the same. */
function nextCode(): string {
  participants += 1
  const digits = Array.from(
    { length: 5 },
    (_, at) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Math.floor(participants / 32 ** at) % 32],
  )
  return `P-${digits.join('')}`
}

/** Registers what is to be sent, as a device does before its audio; not timed. */
async function prepare({ client, enrolment }: EnrolledDevice, count: number, first: number): Promise<Prepared[]> {
  const siteId = enrolment.site.id
  let sequence = first * 3
  const event = () => ({ id: newId(), sequence: (sequence += 1), occurredAt: AT })
  const prepared: Prepared[] = []
  for (let done = 0; done < count; done += TOGETHER) {
    const events: DeviceEvent[] = []
    for (let number = done; number < Math.min(done + TOGETHER, count); number += 1) {
      const [participantId, encounterId, recordingId, mark] = [newId(), newId(), newId(), randomBytes(8)]
      const sha256 = createHash('sha256')
        .update(bytesOf({ recordingId, sha256: '', mark }))
        .digest('hex')
      const code = nextCode()
      const consent = { given: true, textVersion: '1', language: 'en', givenAt: AT } as const
      const sampleCount = (template.length - 44) / 2
      const quality = { durationMs: SECONDS * 1000, peakDbfs: -3, rmsDbfs: -20, clippedShare: 0, activeMs: 400 }
      events.push(
        { ...event(), type: 'participant.registered', payload: { id: participantId, siteId, code, registeredAt: AT } },
        {
          ...event(),
          type: 'encounter.completed',
          payload: {
            id: encounterId,
            participantId,
            siteId,
            operatorCode: 'B-1',
            consent,
            vitals: { measuredAt: AT },
            startedAt: AT,
            completedAt: AT,
          },
        },
        {
          ...event(),
          type: 'recording.saved',
          payload: {
            id: recordingId,
            encounterId,
            participantId,
            task: 'read-sentence',
            startedAt: AT,
            sampleRateHz: 16_000,
            sampleCount,
            byteLength: template.length,
            sha256,
            capture: { source: 'import', sampleRateHz: 16_000, channelCount: 1 },
            quality: { ...quality, snrDb: 30, droppedMs: 0, findings: [], verdict: 'good' },
          },
        },
      )
      prepared.push({ recordingId, sha256, mark })
    }
    // Sent twice it is filed once: a machine that others use may take too long for a first answer.
    const { rejected } = await client.sendEvents(events).catch(() => client.sendEvents(events))
    const [refusal] = rejected
    if (refusal !== undefined) throw new Error(refusal.message)
  }
  return prepared
}

/** @returns the headers of the answer to the last byte. */
async function tusUpload(
  endpoint: string,
  upload: Prepared,
  headers: Record<string, string>,
): Promise<IncomingHttpHeaders> {
  const body = bytesOf(upload)
  const common = { ...headers, 'tus-resumable': '1.0.0' }
  const created = await ask(new URL(endpoint), 'POST', {
    ...common,
    'content-length': '0',
    'upload-length': String(body.length),
    'upload-metadata': `recordingId ${btoa(upload.recordingId)},sha256 ${btoa(upload.sha256)}`,
  })
  const location = new URL(created.headers.location ?? '', endpoint)
  if (created.status !== 201) throw new Error(`creation: ${created.status} ${created.text}`)
  const append = {
    ...common,
    'content-length': String(body.length),
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  }
  const patched = await ask(location, 'PATCH', append, body)
  if (patched.status !== 204) throw new Error(`patch: ${patched.status} ${patched.text}`)
  return patched.headers
}

/** CLIENTS at once until all are sent. @returns uploads a second and the 99th percentile of one's time, milliseconds. */
async function drive(count: number, send: (number: number) => Promise<void>) {
  const times: number[] = []
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next < count) {
        const number = next
        next += 1
        const from = performance.now()
        await send(number)
        times.push(performance.now() - from)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  return { perSecond: count / seconds, p99Ms: times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN }
}

/**
 * Each device through one of the servers, as behind a proxy that keeps a client with the process it came to. Every receipt is verified after
 * the clock has stopped: a ward's devices do that with processors of their own.
 */
async function ours(
  servers: readonly string[],
  devices: readonly EnrolledDevice[],
  uploads: readonly Prepared[][],
  { count = UPLOADS }: { readonly count?: number } = {},
) {
  const lanes = devices.map((device, lane) => ({
    pinned: device.enrolment,
    client: device.through(servers[lane % servers.length] ?? '', byNodeHttp),
  }))
  const given: (() => Promise<unknown>)[] = []
  const driven = await drive(count, async (number) => {
    const lane = lanes[number % lanes.length]
    const upload = uploads[number % lanes.length]?.[Math.floor(number / lanes.length)]
    if (lane === undefined || upload === undefined) throw new Error('nothing prepared')
    const { client, pinned } = lane
    const { recordingId, sha256 } = upload
    const headers = { authorization: `Bearer ${await client.authenticate()}`, [RECEIPT_HEADER]: RECEIPT_WANTED }
    const answer = await tusUpload(`${client.serverUrl}${DEVICE_API}/uploads`, upload, headers)
    given.push(async () => {
      const receipt = receiptFromHeader(String(answer[RECEIPT_HEADER]))
      if (receipt === null) throw new Error('an upload without its receipt')
      return verifyReceipt(receipt, { ...pinned, kind: 'recording', sent: new Map([[recordingId, sha256]]) })
    })
  })
  for (const verified of given) await verified()
  return driven
}

const WHAT = {
  bare: 'bare @tus/server',
  floor: 'bare + fsync + one commit',
  one: 'Spira, one process',
  two: 'Spira, two processes',
} as const

interface Run {
  readonly perSecond: number
  readonly p99Ms: number
  /** Processor time for one upload: of the server processes, of their PostgreSQL, and of the clients (all in this process). */
  readonly cpuMs: number
  readonly databaseMs: number
  readonly clientMs: number
}

/** @param urls of the servers whose processor time is counted. */
async function counted(
  urls: readonly string[],
  run: () => Promise<{ readonly perSecond: number; readonly p99Ms: number }>,
): Promise<Run> {
  const servers = urls.map((url) => pids.get(url) ?? 0)
  const [before, database, own] = [await processesMs(servers), await postgresMs(data), process.cpuUsage()]
  const result = await run()
  const { user, system } = process.cpuUsage(own)
  return {
    ...result,
    cpuMs: ((await processesMs(servers)) - before) / UPLOADS,
    databaseMs: ((await postgresMs(data)) - database) / UPLOADS,
    clientMs: (user + system) / 1000 / UPLOADS,
  }
}

/** Of the server's own PostgreSQL. */
async function databaseUrl(): Promise<string> {
  const postgres = await openPostgres({ dataFolder: data })
  closing.push(() => postgres.stop())
  return postgres.url
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** Resident memory of a server process, megabytes, as it says itself. */
async function residentMb(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^spira_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 1024 ** 2
}

try {
  await mkdir(join(folder, 'bare'))
  await mkdir(join(folder, 'floor'))
  const spira = join(root, 'training-server/cli/spira.ts')
  const serve = () => start(spira, 'server', '--data', data, '--port', '0', '--no-worker', '--shared')
  const one = await serve()
  const { context, close } = await openContext({ dataFolder: data, log: pino({ level: 'silent' }) })
  const site = await ensureSite(context, { name: 'Bench', simulated: true })
  const devices: EnrolledDevice[] = []
  for (let number = 0; number < CLIENTS; number += 1)
    devices.push(
      await enrolDevice(
        one,
        (await createEnrolmentCode(context, { siteId: site.id, createdBy: 'bench' })).code,
        `bench ${number}`,
      ),
    )
  await close()
  let told = 0
  const prepared = (count = UPLOADS) => {
    const each = Math.ceil(count / CLIENTS)
    const first = told
    told += each
    return Promise.all(devices.map((device) => prepare(device, each, first)))
  }

  if (values.memory) {
    console.log('resident MB of the server process after every 1,000 uploads:')
    for (let sent = 0; sent < UPLOADS; sent += 1000) {
      await ours([one], devices, await prepared(1000), { count: 1000 })
      console.log(`${String(sent + 1000).padStart(6)} ${(await residentMb(one)).toFixed(0)}`)
    }
  } else {
    const bare = await start(join(root, 'bench/uploads/bareTus.ts'), join(folder, 'bare'))
    const floor = await start(join(root, 'bench/uploads/bareTus.ts'), join(folder, 'floor'), await databaseUrl())
    const two = await serve()
    const send = (url: string) => async (): Promise<void> => {
      await tusUpload(`${url}/uploads`, { recordingId: newId(), sha256: '', mark: randomBytes(8) }, {})
    }
    const rows: Record<string, Run[]> = {}
    // A process that has just started compiles while it works.
    for (const url of [bare, floor]) await drive(WARM_UP, send(url))
    for (const urls of [[one], [two]]) await ours(urls, devices, await prepared(WARM_UP), { count: WARM_UP })
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const forOne = await prepared()
      const forTwo = await prepared()
      const runs: Record<string, () => Promise<Run>> = {
        bare: () => counted([bare], () => drive(UPLOADS, send(bare))),
        floor: () => counted([floor], () => drive(UPLOADS, send(floor))),
        one: () => counted([one], () => ours([one], devices, forOne)),
        two: () => counted([one, two], () => ours([one, two], devices, forTwo)),
      }
      // Each is first once in a while: whoever comes first finds an empty disk cache.
      const names = Object.keys(runs)
      for (let turn = 0; turn < names.length; turn += 1) {
        const name = names[(turn + round) % names.length] ?? ''
        const run = await runs[name]?.()
        if (run !== undefined) (rows[name] ??= []).push(run)
      }
    }
    const middle = (name: string, of: (run: Run) => number) => median((rows[name] ?? []).map(of))
    const rateOf = (name: string) => middle(name, ({ perSecond }) => perSecond)
    // Of each round by itself: how fast the disk syncs changes from minute to minute.
    const shareOf = (name: string, peer: string) =>
      median(
        (rows[name] ?? []).map(({ perSecond }, round) => perSecond / (rows[peer]?.[round]?.perSecond ?? Number.NaN)),
      )
    console.log(
      `${UPLOADS} uploads of ${(template.length / 1e6).toFixed(2)} MB a run, ${CLIENTS} clients; medians of ${values.rounds} runs`,
    )
    for (const [name, what] of Object.entries(WHAT)) {
      const runs = rows[name] ?? []
      const share = (peer: string) => `${(100 * shareOf(name, peer)).toFixed(0)} % of ${peer}`
      console.log(
        `${what.padEnd(44)} ${rateOf(name).toFixed(1).padStart(6)} uploads/s, ${share('bare')}, ${share('floor')}; p99 ${middle(name, ({ p99Ms }) => p99Ms).toFixed(0)} ms; processor time an upload ${middle(name, ({ cpuMs }) => cpuMs).toFixed(1)} ms, PostgreSQL ${middle(name, (run) => run.databaseMs).toFixed(1)}, clients ${middle(name, ({ clientMs }) => clientMs).toFixed(1)}; all runs ${runs.map(({ perSecond }) => perSecond.toFixed(1)).join(' ')}`,
      )
    }
    for (const name of ['one', 'two'] as const)
      targetAtLeast(`${WHAT[name]}, share of bare`, shareOf(name, 'bare'), LEAST_SHARE)
  }
} finally {
  for (const close of closing) await close()
  connections.destroy()
  for (const child of children) child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 2000))
  await rm(folder, { recursive: true, force: true })
}
