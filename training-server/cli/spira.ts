import { runSpira } from './runSpira.ts'

process.exitCode = await runSpira(process.argv.slice(2))
