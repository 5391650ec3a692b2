import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { signFeed } from '../electron/updates/signFeed.ts'

/**
 * `npm run -s shell:sign-update -- FOLDER --key private.pem [--percent 10]` signs the feed files (latest*.yml, beta*.yml) that
 * the packaging wrote and says which share of the devices gets the update first. The folder's content then goes into
 * `<data>/app-updates/` of a training server. A new key: openssl genpkey -algorithm ed25519 -out private.pem
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { key: { type: 'string' }, percent: { type: 'string', default: '100' } },
})
const [folder] = positionals
const percent = Number(values.percent)
try {
  if (folder === undefined || values.key === undefined)
    throw new Error('Name the folder and --key, the private key (PEM).')
  if (!(percent >= 0 && percent <= 100)) throw new Error('--percent is a number from 0 to 100.')
  const feeds = readdirSync(folder).filter((name) => /^(latest|beta)[\w-]*\.yml$/.test(name))
  if (feeds.length === 0) throw new Error(`There is no latest*.yml in ${folder}: build the installers first.`)
  const key = readFileSync(values.key, 'utf8')
  for (const name of feeds) {
    const path = join(folder, name)
    const { text, version } = signFeed(readFileSync(path, 'utf8'), key, percent)
    writeFileSync(path, text)
    console.log(`${name}: version ${version} signed, for ${percent} % of the devices`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
