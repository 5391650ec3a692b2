import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { ModelEvaluation } from '../../evaluation/modelEvaluation.ts'
import { readRunFolder } from '../../evaluation/report/runFolder.ts'
import type { AudioExample } from '../../evaluation/report/runReport.ts'
import { writeRunReport } from '../../evaluation/report/writeRunReport.ts'
import { readRecordingsCsv } from '../../training/recordingsCsv.ts'
import { UsageError, type Verb } from '../verb.ts'

/** Sounds make the page large; these are the ones worth hearing. */
const EXAMPLES = 4

const report: Verb = {
  summary: 'Write one page of HTML about a run: curves, probes, groups, mistakes, model card',
  help: `spira report RUN_FOLDER [--csv FILE.csv] [--out FILE.html] [--json]

  RUN_FOLDER  as "spira train --out" leaves it
  --csv       the recordings it was trained on: the page then holds the ${EXAMPLES} that were misjudged most, to listen to.
              Voices can be recognised: give such a page only to those who may hear them.
  --out       default RUN_FOLDER/report.html. The page needs no network and no other file.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { csv: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [folder, ...more] = positionals
    if (folder === undefined || more.length > 0) throw new UsageError('It takes one run folder.')
    const { evaluation } = await readRunFolder(folder)
    const examples = values.csv === undefined ? [] : await misjudged(evaluation, values.csv)
    const out = await writeRunReport(folder, { examples, out: resolve(values.out ?? join(folder, 'report.html')) })
    console.log(values.json ? JSON.stringify({ report: out }) : out)
    return 0
  },
}
export default report

/** The recordings whose scores lie farthest on the wrong side. */
async function misjudged({ scores, threshold }: ModelEvaluation, csv: string): Promise<AudioExample[]> {
  const paths = new Map(
    (await readRecordingsCsv(csv)).examples.map(({ recordingId, wavPath }) => [recordingId, wavPath]),
  )
  const worst = scores
    .map(({ recordingId, label, clean }) => ({
      recordingId,
      label,
      probability: clean,
      wrong: (clean - threshold) * (label === 1 ? -1 : 1),
    }))
    .sort((a, b) => b.wrong - a.wrong)
    .slice(0, EXAMPLES)
  return Promise.all(
    worst.flatMap(({ recordingId, label, probability }) => {
      const path = paths.get(recordingId)
      if (path === undefined) return []
      return [readFile(path, 'base64').then((wav) => ({ recordingId, label, probability, wav }))]
    }),
  )
}
