import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, protocol, session } from 'electron'
import { startShell } from './shell.ts'

const here = dirname(fileURLToPath(import.meta.url))

await startShell(
  { app, protocol, session: () => session.defaultSession, createWindow: (options) => new BrowserWindow(options) },
  join(here, '../../renderer/dist'),
  process.argv,
)
