import { parse, stringify } from 'yaml'
import { signedUpdateSchema, signUpdate } from './updateSignature.ts'

/**
 * Signs a feed file as electron-builder wrote it and says which share of the devices (0 to 100) gets the update first.
 * @param privateKey Ed25519, PEM. @throws when the text is not a feed file.
 */
export function signFeed(text: string, privateKey: string, percent: number): { text: string; version: string } {
  const update = signedUpdateSchema.parse(parse(text))
  const signed = { ...update, stagingPercentage: percent, signature: signUpdate(update, privateKey) }
  return { text: stringify(signed, { lineWidth: 0 }), version: update.version }
}
