import { join } from 'node:path'
import { writeFileAtomically } from '../../training/atomicFile.ts'
import { readRunFolder } from './runFolder.ts'
import { type AudioExample, runReport } from './runReport.ts'

/** Writes the page about the run of a folder. @param out default: report.html in it. @returns where it lies. */
export async function writeRunReport(
  folder: string,
  {
    examples = [],
    out = join(folder, 'report.html'),
  }: { readonly examples?: readonly AudioExample[]; readonly out?: string } = {},
): Promise<string> {
  await writeFileAtomically(out, runReport({ ...(await readRunFolder(folder)), examples }))
  return out
}
