import { parseArgs } from 'node:util'
import { runFaults } from './run.ts'

/** `npm run -s faults`: a clinic of simulated devices while everything fails. Exit status 0: nothing lost, nothing twice, nothing mixed. */
const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '8' },
    encounters: { type: 'string', default: '200' },
    faults: { type: 'string', default: '42' },
    seed: { type: 'string', default: '1' },
  },
})
const report = await runFaults({
  devices: Number(values.devices),
  encounters: Number(values.encounters),
  faults: Number(values.faults),
  seed: Number(values.seed),
  say: (text) => console.error(text),
})
console.log(JSON.stringify(report, null, 2))
const { encounters, lost, duplicated, underAnother, waiting, corrupted } = report
console.log(
  `${encounters} encounters: ${lost} lost, ${duplicated} duplicated, ${underAnother} under another participant, ${waiting} without a receipt; the corrupted file ${corrupted.said.length > 0 ? 'was reported' : 'was NOT reported'}`,
)
process.exit(lost + duplicated + underAnother + waiting === 0 && corrupted.said.length > 0 ? 0 : 1)
