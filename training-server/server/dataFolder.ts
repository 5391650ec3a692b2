import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the server keeps everything: `--data`, or SPIRA_DATA, or `.data/` of the checkout. */
export const dataFolderOf = (option: string | undefined): string =>
  resolve(option ?? process.env['SPIRA_DATA'] ?? fileURLToPath(new URL('../../.data', import.meta.url)))
