import { parseArgs } from 'node:util'
import { runFaults } from './run.ts'

/**
 * `npm run -s faults`: a clinic of simulated devices and of real browsers while everything fails. Exit status 0: nothing lost, nothing
 * twice, nothing mixed, and somebody was told of everything. The browsers open the built app: `npm run -s build -w renderer` first.
 */
const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '6' },
    browsers: { type: 'string', default: '2' },
    encounters: { type: 'string', default: '184' },
    'encounters-per-browser': { type: 'string', default: '8' },
    faults: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
})
const report = await runFaults({
  devices: Number(values.devices),
  browsers: Number(values.browsers),
  encounters: Number(values.encounters),
  encountersPerBrowser: Number(values['encounters-per-browser']),
  faults: Number(values.faults),
  seed: Number(values.seed),
  say: (text) => console.error(text),
})
const { encounters, lost, duplicated, underAnother, waiting, corrupted, otherFindings, line } = report
const anomalies = [
  ...Object.entries(report.faults),
  [
    'stored file damaged',
    { injected: 1, told: corrupted.said.length, where: 'doctor', sentence: corrupted.said[0] ?? '' },
  ] as const,
]
for (const [name, { injected, told, where, sentence }] of anomalies)
  console.log(
    `${name.padEnd(20)} ${String(injected).padStart(3)} times, told ${String(told).padStart(3)} times (${where}): ${sentence}`,
  )
console.log(`connections broken: ${line['cuts']}, answered by the portal: ${line['portals']}`)
for (const finding of otherFindings) console.log(`doctor says, beyond that: ${finding}`)
const silent = anomalies.filter(([, { injected, told }]) => told < injected).length
console.log(
  `${encounters} encounters of ${values.devices} simulated devices and ${values.browsers} browsers: ${lost} lost, ${duplicated} duplicated, ${underAnother} under another participant, ${waiting} without a receipt; ${silent} kinds of fault that somebody was not told of`,
)
process.exit(lost + duplicated + underAnother + waiting + silent + otherFindings.length === 0 ? 0 : 1)
