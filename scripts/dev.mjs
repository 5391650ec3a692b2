import { runPinned } from './install.mjs'

runPinned('dev.ts')
