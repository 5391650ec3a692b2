import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Path of the Electron that the package `electron` downloaded, or null where it could not. */
export function electronBinary(root: string): string | null {
  const folder = join(root, 'node_modules/electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : null
}
