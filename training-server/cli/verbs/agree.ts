import { parseArgs } from 'node:util'
import { agrees, compareWithReference, type Comparison } from '../../training/agreement.ts'
import { UsageError, type Verb } from '../verb.ts'

const figure = (value: number): string => value.toExponential(1).padStart(9)

const line = (row: Comparison): string => {
  const what = row.what.padEnd(40)
  if ('skipped' in row) return `${what} skipped: ${row.skipped}`
  if ('missing' in row) return `${what} NOT COMPARED: ${row.missing}`
  const bound = `${row.judged} <= ${row.bound.toExponential(0)}`
  return `${what} ${figure(row.absolute)} ${figure(row.relative)}   ${bound.padEnd(19)} ${agrees(row) ? 'ok' : 'DISAGREES'}`
}

const agree: Verb = {
  summary: 'Compare features, network and training with the numbers of PyTorch and torchaudio',
  help: `spira agree FOLDER [--json]

  FOLDER   laid out like the project's reference: its manifest.json names files, shapes and parameters

  Prints the largest absolute error of each, and the relative one: of the largest value, or for resampling, gradients and
  weights the length of the difference as a share of the reference's length. Exit code 1 past a bound, and where
  nothing of the features, of the resampling or of the network could be compared.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [folder, ...more] = positionals
    if (folder === undefined || more.length > 0) throw new UsageError('It takes one folder.')
    const rows = await compareWithReference(folder)
    if (values.json) console.log(JSON.stringify(rows.map((row) => ({ ...row, agrees: agrees(row) }))))
    else {
      console.log(`${''.padEnd(40)} ${'absolute'.padStart(9)} ${'relative'.padStart(9)}   bound`)
      for (const row of rows) console.log(line(row))
    }
    return rows.every(agrees) ? 0 : 1
  },
}
export default agree
