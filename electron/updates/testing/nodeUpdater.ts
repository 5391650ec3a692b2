import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { NodeHttpExecutor } from 'builder-util'
import { configureRequestUrl, type DownloadOptions } from 'builder-util-runtime'
import { AppImageUpdater } from 'electron-updater'

/** electron-updater downloads through Electron's network; in Node its own request code is given Node's. */
class NodeDownloader extends NodeHttpExecutor {
  download(url: URL, destination: string, options: DownloadOptions): Promise<string> {
    return options.cancellationToken.createPromise<string>((resolve, reject, onCancel) => {
      const request = { headers: options.headers ?? {} }
      configureRequestUrl(url, request)
      this.doDownload(
        request,
        {
          destination,
          options,
          onCancel,
          responseHandler: null,
          callback: (error) => (error instanceof Error ? reject(error) : resolve(destination)),
        },
        0,
      )
    })
  }
}

export interface NodeUpdater {
  readonly engine: AppImageUpdater
  /** The installed AppImage, which an installation replaces. */
  readonly installed: string
  /** What the app was told to do: `quit`, `relaunch`. */
  readonly calls: readonly string[]
  /** Ends the app with an exit code, as Electron tells the updater. */
  readonly quit: (exitCode: number) => void
}

/** The real electron-updater (AppImage), in Node, as the app of `version`. */
export async function nodeUpdater(version: string): Promise<NodeUpdater> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-updates-'))
  const installed = join(folder, 'spira-edge.AppImage')
  await writeFile(installed, `#!/bin/sh\necho ${version}\n`)
  await chmod(installed, 0o755)
  process.env['APPIMAGE'] = installed
  const calls: string[] = []
  const onQuit: ((exitCode: number) => void)[] = []
  const engine = new AppImageUpdater(null, {
    version,
    name: 'spira-edge',
    isPackaged: true,
    appUpdateConfigPath: join(folder, 'app-update.yml'),
    userDataPath: join(folder, 'user'),
    baseCachePath: join(folder, 'cache'),
    whenReady: () => Promise.resolve(),
    relaunch: () => void calls.push('relaunch'),
    quit: () => void calls.push('quit'),
    onQuit: (handler: (exitCode: number) => void) => void onQuit.push(handler),
  })
  await writeFile(
    join(folder, 'app-update.yml'),
    'provider: generic\nurl: http://127.0.0.1:1\nupdaterCacheDirName: spira\n',
  )
  Reflect.set(engine, 'httpExecutor', new NodeDownloader())
  engine.on('error', () => undefined)
  return { engine, installed, calls, quit: (exitCode) => onQuit.forEach((handler) => handler(exitCode)) }
}

export interface Feed {
  readonly url: string
  readonly folder: string
  readonly asked: readonly string[]
  readonly close: () => void
}

/** A folder served as the training server serves it, under /api/app-updates/. */
export async function serveFeed(): Promise<Feed> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-feed-'))
  const asked: string[] = []
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://feed')
    asked.push(pathname)
    readFile(join(folder, basename(pathname))).then(
      (bytes) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, folder, asked, close: () => server.close() }
}
