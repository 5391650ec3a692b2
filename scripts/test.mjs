import { runPinned } from './install.mjs'

runPinned('test.ts')
