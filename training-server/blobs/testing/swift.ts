import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'

/**
 * A real S3 server for the tests: OpenStack Swift with its s3api (Debian: swift-proxy, swift-account, swift-container, swift-object,
 * memcached). It checks signatures and hashes, which the S3 stand-ins on npm do not. Not here: the tests that need it are skipped.
 */
export const swiftIsInstalled = (): boolean =>
  ['swift-proxy-server', 'swift-ring-builder', 'memcached'].every((name) => existsSync(`/usr/bin/${name}`))

export interface Swift {
  /** As SPIRA_BLOBS takes it; credentials are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as everywhere. */
  readonly url: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  stop(): Promise<void>
}

const credentials = { accessKeyId: 'test:tester', secretAccessKey: 'testing' }
const run = promisify(execFile)

export async function startSwift(): Promise<Swift> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-swift-'))
  const [proxy, object, container, account, cache] = await freePorts(5)
  const ports = { proxy, object, container, account, cache }
  await writeConfiguration(folder, ports)
  // Swift refuses to run as root. setpriv becomes the server, where runuser would be its parent: each server makes itself a session of
  // its own, and only its own id then ends it.
  const asUser = userInfo().uid === 0 ? ['setpriv', '--reuid=swift', '--regid=swift', '--init-groups'] : []
  if (asUser.length > 0) await give(folder)
  const start = (command: string, ...args: readonly string[]): ChildProcess => {
    const [first = command, ...rest] = [...asUser, command, ...args]
    return spawn(first, rest, { stdio: 'ignore', detached: true, env: { ...process.env, HOME: folder } })
  }
  const children = [
    start('memcached', '-l', '127.0.0.1', '-p', String(cache), '-U', '0'),
    ...(['object', 'container', 'account', 'proxy'] as const).map((name) =>
      start(`swift-${name}-server`, join(folder, `${name}-server.conf`)),
    ),
  ]
  const stop = async (): Promise<void> => {
    // Each is a group of its own: Swift's servers fork their workers.
    for (const { pid } of children) if (pid !== undefined) kill(pid)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await makeBucket(`http://127.0.0.1:${proxy}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `s3://spira?endpoint=http://127.0.0.1:${proxy}&region=us-east-1`, credentials, stop }
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

async function makeBucket(endpoint: string): Promise<void> {
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 })
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: 'spira' }))
      client.destroy()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

async function writeConfiguration(folder: string, ports: Record<string, number | undefined>): Promise<void> {
  await mkdir(join(folder, 'devices', 'd1'), { recursive: true })
  const common = `swift_dir = ${folder}\nbind_ip = 127.0.0.1\nworkers = 0\nuser = swift\nlog_level = ERROR\n`
  await writeFile(
    join(folder, 'swift.conf'),
    '[swift-hash]\nswift_hash_path_suffix = spira\nswift_hash_path_prefix = test\n[storage-policy:0]\nname = one\ndefault = yes\n',
  )
  for (const name of ['object', 'container', 'account']) {
    const port = ports[name]
    await writeFile(
      join(folder, `${name}-server.conf`),
      `[DEFAULT]\n${common}bind_port = ${port}\ndevices = ${join(folder, 'devices')}\nmount_check = false\n` +
        `recon_cache_path = ${folder}\n[pipeline:main]\npipeline = ${name}-server\n[app:${name}-server]\nuse = egg:swift#${name}\n`,
    )
    const builder = join(folder, `${name}.builder`)
    await run('swift-ring-builder', [builder, 'create', '4', '1', '0'])
    await run('swift-ring-builder', [builder, 'add', `r1z1-127.0.0.1:${port}/d1`, '1'])
    // Its exit status 1 is a warning: one device is no redundancy.
    await run('swift-ring-builder', [builder, 'rebalance']).catch(() => undefined)
  }
  const pipeline = 'catch_errors cache s3api tempauth copy slo dlo proxy-server'
  await writeFile(
    join(folder, 'proxy-server.conf'),
    `[DEFAULT]\n${common}bind_port = ${ports['proxy']}\n[pipeline:main]\npipeline = ${pipeline}\n` +
      '[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\nallow_account_management = true\n' +
      `[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:${ports['cache']}\n` +
      '[filter:s3api]\nuse = egg:swift#s3api\ns3_acl = false\nallow_multipart_uploads = true\n' +
      '[filter:tempauth]\nuse = egg:swift#tempauth\nuser_test_tester = testing .admin\n' +
      ['catch_errors', 'copy', 'slo', 'dlo'].map((name) => `[filter:${name}]\nuse = egg:swift#${name}\n`).join(''),
  )
}

async function give(folder: string): Promise<void> {
  const [{ stdout: uid }, { stdout: gid }] = await Promise.all([run('id', ['-u', 'swift']), run('id', ['-g', 'swift'])])
  await run('chown', ['-R', `${uid.trim()}:${gid.trim()}`, folder])
  await chown(folder, Number(uid), Number(gid))
  await chmod(folder, 0o755)
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
