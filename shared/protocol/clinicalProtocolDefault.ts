import { clinicalProtocolSchema, type ClinicalProtocol } from './clinicalProtocol.ts'
import text from './clinicalProtocolDefault.json' with { type: 'json' }

/** Version 1, which comes with app and server: what SPIRA's collection asked, all its generations together. */
export const defaultProtocol: ClinicalProtocol = clinicalProtocolSchema.parse(text)
