import { BASIC_CASES } from './basic.ts'
import type { ConformanceCase } from './case.ts'
import { EXPIRY_CASES } from './expiry.ts'
import { FILE_CASES } from './files.ts'
import { KEY_CASES } from './keys.ts'
import { ROLLBACK_CASES } from './rollback.ts'
import { ROTATION_CASES } from './rotation.ts'

export const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...BASIC_CASES,
  ...EXPIRY_CASES,
  ...ROLLBACK_CASES,
  ...KEY_CASES,
  ...ROTATION_CASES,
  ...FILE_CASES,
]
