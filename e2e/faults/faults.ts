import words from '../../renderer/app/languages/en.json' with { type: 'json' }
import type { RandomStream } from '../../apps/simulator/voice/randomStream.ts'
import type { FaultyLine } from './faultyLine.ts'
import type { ServerUnderFault } from './serverUnderFault.ts'
import type { UnderFault } from './underFault.ts'

export interface Clinic {
  readonly server: ServerUnderFault
  readonly line: FaultyLine
  readonly bedsides: readonly UnderFault[]
  readonly random: RandomStream
}

/** One way things fail, how it ends, and the sentence by which somebody learns of it. */
export interface Fault {
  begin(clinic: Clinic): Promise<void>
  end(clinic: Clinic): Promise<void>
  /** Where the sentence stands: on a device's screen, or in the server's log. */
  readonly where: 'app' | 'log'
  readonly sentence: RegExp
}

const exactly = (text: string): RegExp => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
/** As the badge on every view says it, or the panel of "Sending to the server". */
const either = (badge: string, phase: string): RegExp => new RegExp(`${badge}|${exactly(phase).source}`)
const UNREACHABLE = either('Offline', words['sync.phase.unreachable'])
const nothing = () => Promise.resolve()

/** A device that is closed in the middle of its work says again how much it has to send, or that everything has its receipt. */
const SAYS_WHERE_IT_STANDS = either(
  'waiting|Sending|All synced|Nothing to send|Offline|need',
  words['sync.phase.waiting'],
)

async function restartOne({ bedsides, random }: Clinic, kind: UnderFault['kind']): Promise<void> {
  const ofKind = bedsides.filter((bedside) => bedside.kind === kind)
  await ofKind[Math.floor(random.uniform(0, ofKind.length))]?.restart()
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'server killed': {
    begin: ({ server }) => server.killServer(),
    end: ({ server }) => server.start(),
    where: 'app',
    sentence: UNREACHABLE,
  },
  'sockets cut': {
    begin: async ({ line }) => {
      line.mode = 'cut'
      // What is open already knows no end: only a new connection breaks after so many bytes.
      line.cutAll()
    },
    end: async ({ line }) => {
      line.cutAll()
      line.mode = 'sound'
    },
    where: 'app',
    sentence: UNREACHABLE,
  },
  'browser killed': {
    begin: (clinic) => restartOne(clinic, 'Chromium'),
    end: nothing,
    where: 'app',
    sentence: SAYS_WHERE_IT_STANDS,
  },
  'PostgreSQL killed': {
    begin: ({ server }) => server.killPostgres(),
    end: async ({ server }) => {
      await server.killServer()
      await server.start()
    },
    where: 'log',
    sentence: /the database cannot be reached[^"]*/,
  },
  'captive portal': {
    begin: async ({ line }) => {
      line.mode = 'captive portal'
      line.cutAll()
    },
    end: async ({ line }) => {
      line.mode = 'sound'
    },
    where: 'app',
    sentence: either('Not the server', words['sync.phase.not-the-server']),
  },
  'app restarted': {
    begin: (clinic) => restartOne(clinic, 'simulated'),
    end: nothing,
    where: 'app',
    sentence: new RegExp(
      `${SAYS_WHERE_IT_STANDS.source}|${exactly(words['sync.phase.sending']).source}|receipt for each`,
    ),
  },
  'worker killed': {
    begin: ({ server }) => server.killWorker(),
    end: nothing,
    where: 'log',
    sentence: /the worker ended; starting another/,
  },
  'disk full': {
    begin: ({ server }) => server.fillDisk(),
    end: async ({ server }) => {
      await server.emptyDisk()
      // PostgreSQL may have given up: whoever looks after the server starts it again.
      await server.killServer()
      await server.start()
    },
    where: 'log',
    sentence: /the disk is full[^"]*|No space left on device/,
  },
}
