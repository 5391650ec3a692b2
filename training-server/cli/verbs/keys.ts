import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Metadata, MetadataKind, Root } from '@tufjs/models'
import { ROLES, type Role } from '@spira/shared/release/metadata.ts'
import { describeFile, nextRoot, signFile } from '../../releases/keys/ceremony.ts'
import { installSigned } from '../../releases/keys/install.ts'
import { makeKeyFile, openKeyFile, publicHalf } from '../../releases/keys/keyFile.ts'
import { keysStatus } from '../../releases/keys/keysStatus.ts'
import { fileOf, placeRenewed, renewOnline, takeOffline } from '../../releases/keys/offline.ts'
import { askPassphrase } from '../../releases/keys/passphrase.ts'
import { publicTufKey, type TufKey } from '../../releases/keys/tufKey.ts'
import { latestText } from '../../releases/metadataFiles.ts'
import { nextTargets } from '../../releases/repository.ts'
import { withServerContext } from '../serverContext.ts'
import { UsageError, type Verb } from '../verb.ts'

const verb: Verb = {
  summary: 'the keys that sign releases: where they are, ceremony, rotation, recovery',
  help: `spira keys status [--data DIR] [--json]
      what signs each role, until when, and what waits for a signature
spira keys offline --out FOLDER [--root 3] [--targets 2] [--root-threshold 2] [--targets-threshold 1] [--data DIR]
      the first ceremony: new root and targets keys in files protected by a passphrase, a root that trusts only them, and
      the keys that lay on the server gone. Take FOLDER away from the server; keep copies apart.
spira keys requests --out FOLDER [--data DIR]
      writes the targets that wait for signatures, and the root in force, as files to carry to the key holders
spira keys sign FILE --key KEY.key.json [--key …] [--out FILE]
      shows what FILE says and adds signatures; needs no server, no network
spira keys install FILE … [--data DIR]
      takes signed files back: a root, targets, or both at once
spira keys make FILE.key.json
      a new key in a protected file
spira keys next-root ROOT.json --out FILE [--add ROLE=KEY.key.json …] [--remove ROLE=KEYID …] [--threshold ROLE=N …]
      [--targets TARGETS.json]   the next root, unsigned: to rotate a key, after one was lost or stolen, or because the root
      ends soon. A changed targets key needs the targets signed anew too: --targets writes them beside --out.
spira keys renew-online --out FILE [--data DIR]
      after the server was compromised: new snapshot and timestamp keys, and the root that trusts only them, to be signed

  --passphrase-file FILE   instead of asking; its first line counts. For scripts only
  --data DIR               the server's data folder (default: SPIRA_DATA, or .data in the checkout)`,

  async run(args) {
    const [action = '', ...rest] = args
    const run = ACTIONS[action]
    if (run === undefined) throw new UsageError(`There is no "keys ${action}".`)
    return run(parse(rest))
  },
}
export default verb

type Options = ReturnType<typeof parse>

const ACTIONS: Readonly<Record<string, (options: Options) => Promise<number>>> = {
  status: (options) =>
    withServerContext(options.data, async (context) => {
      const status = await keysStatus(context)
      if (options.json === true) console.log(JSON.stringify(status))
      else {
        for (const { role, place, keys, threshold, version, expires, due } of status.roles)
          console.log(
            `${role.padEnd(9)} ${place.padEnd(7)} ${threshold} of ${keys} keys  version ${version}  until ${expires.slice(0, 10)}${due ? '  SIGN ANEW SOON' : ''}`,
          )
        for (const { role, version, reason } of status.waiting)
          console.log(`waits for a signature: ${role} version ${version} (${reason}); spira keys requests writes it`)
      }
      return 0
    }),

  async offline(options) {
    const folder = required(options, 'out')
    return withServerContext(options.data, async (context) => {
      const files = await takeOffline(context, {
        folder,
        keys: { root: count(options.root, 3), targets: count(options.targets, 2) },
        thresholds: { root: count(options['root-threshold'], 2), targets: count(options['targets-threshold'], 1) },
        passphraseFor: (file) => askPassphrase(`Passphrase for ${file}`, 'new', options['passphrase-file']),
      })
      console.log(`Made ${files.length} keys in ${folder}. The server holds none of them any more.`)
      console.log('Carry the folder away, give each key to its holder, and keep a copy of each in another place.')
      return 0
    })
  },

  async requests(options) {
    const folder = required(options, 'out')
    return withServerContext(options.data, async (context) => {
      const waiting = await context.db
        .selectFrom('signingRequests')
        .selectAll()
        .where('state', '=', 'waiting')
        .execute()
      for (const { role, version, text } of waiting) {
        const file = join(folder, `${version}.${role}.json`)
        await writeFile(file, text)
        console.log(file)
      }
      for (const role of ['root', 'targets'] as const) {
        const file = join(folder, `in-force.${role}.json`)
        await writeFile(file, (await context.db.transaction().execute((trx) => latestText(trx, role))) ?? '')
        console.log(file)
      }
      if (waiting.length === 0) console.log('Nothing waits for a signature.')
      return 0
    })
  },

  async sign(options) {
    const [path] = options.files
    if (path === undefined || options.key.length === 0) throw new UsageError('It needs a FILE and at least one --key.')
    const text = await readFile(path, 'utf8')
    const { role, version, expires, lines } = describeFile(text)
    console.log(`${role} version ${version}, until ${expires}:`)
    for (const line of lines) console.log(`  ${line}`)
    const keys: TufKey[] = []
    for (const key of options.key)
      keys.push(
        await openKeyFile(key, await askPassphrase(`Passphrase for ${key}`, 'existing', options['passphrase-file'])),
      )
    const out = options.out ?? path
    const signed = await signFile(text, keys)
    await writeFile(out, signed)
    console.log(`${out} carries ${describeFile(signed).signatures.length} signatures.`)
    return 0
  },

  async install(options) {
    if (options.files.length === 0) throw new UsageError('It needs at least one FILE.')
    return withServerContext(options.data, async (context) => {
      const texts = await Promise.all(options.files.map((file) => readFile(file, 'utf8')))
      await installSigned(context, texts, 'command-line')
      await placeRenewed(context)
      console.log('Installed. Devices follow at their next look.')
      return 0
    })
  },

  async make(options) {
    const [file] = options.files
    if (file === undefined) throw new UsageError('It needs a FILE.')
    const { key } = await makeKeyFile(
      file,
      await askPassphrase(`Passphrase for ${file}`, 'new', options['passphrase-file']),
    )
    console.log(`${file}  ${key.keyID}`)
    return 0
  },

  async 'next-root'(options) {
    const [file] = options.files
    if (file === undefined) throw new UsageError('It needs the root in force.')
    const out = required(options, 'out')
    const { signed } = Metadata.fromJSON(MetadataKind.Root, JSON.parse(await readFile(file, 'utf8')) as never)
    if (!(signed instanceof Root)) throw new UsageError(`${file} is no root.`)
    const add = await Promise.all(
      pairs(options.add).map(async ([role, key]) => ({ role, key: await publicTufKey(await publicHalf(key)) })),
    )
    const remove = pairs(options.remove).map(([role, id]) => ({ role, keyId: fullId(signed, role, id) }))
    const thresholds = Object.fromEntries(pairs(options.threshold).map(([role, n]) => [role, count(n, 1)]))
    const now = new Date()
    await writeFile(out, fileOf(nextRoot(signed, { add, remove, thresholds, offline: [] }, now)))
    console.log(`${out}: version ${signed.version + 1}. Sign it with a threshold of the old root keys and of the new.`)
    if (options.targets !== undefined) {
      const { signed: targets } = Metadata.fromJSON(
        MetadataKind.Targets,
        JSON.parse(await readFile(options.targets, 'utf8')) as never,
      )
      const anew = join(out, '..', `${targets.version + 1}.targets.json`)
      await writeFile(anew, fileOf(nextTargets(targets.version + 1, targets.targets, now)))
      console.log(`${anew}: the same targets, to be signed with the new targets keys. Install both files at once.`)
    }
    return 0
  },

  async 'renew-online'(options) {
    const out = required(options, 'out')
    return withServerContext(options.data, async (context) => {
      await writeFile(out, await renewOnline(context))
      console.log(`${out}: sign it with a threshold of the root keys, then "spira keys install ${out}".`)
      return 0
    })
  },
}

function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      json: { type: 'boolean' },
      out: { type: 'string' },
      key: { type: 'string', multiple: true },
      add: { type: 'string', multiple: true },
      remove: { type: 'string', multiple: true },
      threshold: { type: 'string', multiple: true },
      root: { type: 'string' },
      targets: { type: 'string' },
      'root-threshold': { type: 'string' },
      'targets-threshold': { type: 'string' },
      'passphrase-file': { type: 'string' },
    },
  })
  const { key = [], add = [], remove = [], threshold = [] } = values
  return { ...values, key, add, remove, threshold, files: positionals }
}

function required(options: Options, name: 'out'): string {
  const value = options[name]
  if (value === undefined) throw new UsageError(`It needs --${name}.`)
  return value
}

function count(text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 32)
    throw new UsageError(`"${text}" is no number from 1 to 32.`)
  return number
}

function pairs(texts: readonly string[]): (readonly [Role, string])[] {
  return texts.map((text) => {
    const equals = text.indexOf('=')
    const role = ROLES.find((one) => one === text.slice(0, equals))
    if (role === undefined) throw new UsageError(`"${text}" does not begin with ${ROLES.join('=, ')}=.`)
    return [role, text.slice(equals + 1)] as const
  })
}

/** People type the first characters of a key id. */
function fullId(root: Root, role: Role, start: string): string {
  const [id, ...more] = (root.roles[role]?.keyIDs ?? []).filter((one) => one.startsWith(start))
  if (id === undefined || more.length > 0)
    throw new UsageError(`"${start}" is not the start of exactly one ${role} key.`)
  return id
}
