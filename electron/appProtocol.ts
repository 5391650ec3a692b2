import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { securityHeaders } from './contentSecurity.ts'

/** The app's origin in the shell. `app://spira/bedside/` is the same path as on the web, so the same build serves both. */
export const APP_ORIGIN = 'app://spira'
const BASE = '/bedside/'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

const answer = (status: number, body: BodyInit | null, type = 'text/plain; charset=utf-8'): Response =>
  new Response(body, { status, headers: { ...securityHeaders, 'content-type': type } })

/**
 * Serves the renderer's build from `folder` under app://spira/bedside/. A path without an extension is a view of the app and
 * gets index.html; nothing outside the folder is ever read; other hosts, methods and paths are refused.
 */
export function createAppProtocol(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const { host, pathname } = new URL(request.url)
    if (host !== 'spira') return answer(404, 'Unknown host.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'Only GET is served.')
    if (!pathname.startsWith(BASE)) return answer(404, 'Not part of the app.')
    const path = decode(pathname.slice(BASE.length))
    if (path === null) return answer(400, 'The path is not valid.')
    const file = normalize(join(folder, extname(path) === '' ? 'index.html' : path))
    if (!file.startsWith(folder + sep)) return answer(404, 'Not part of the app.')
    const type = types[extname(file)]
    if (type === undefined) return answer(404, 'Not part of the app.')
    try {
      const bytes = await readFile(file)
      return answer(200, request.method === 'HEAD' ? null : bytes, type)
    } catch {
      return answer(404, 'Not part of the app.')
    }
  }
}

function decode(path: string): string | null {
  try {
    const decoded = decodeURIComponent(path)
    return decoded.includes('\0') ? null : decoded
  } catch {
    return null
  }
}
