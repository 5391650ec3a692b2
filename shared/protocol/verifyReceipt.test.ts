import { expect, test } from 'vitest'
import type { PublicKeyJwk } from './deviceApi.ts'
import { keyIdOf, signJson } from './ed25519.ts'
import { newId } from './ids.ts'
import type { Receipt, SignedReceipt } from './receipt.ts'
import { verifyReceipt } from './verifyReceipt.ts'

const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
const stranger = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
const publicKey = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as PublicKeyJwk
const keyId = await keyIdOf(publicKey)
const [serverId, deviceId, id, other] = [newId(), newId(), newId(), newId()]
const sha256 = 'ab'.repeat(32)
const expected = {
  serverId,
  deviceId,
  receiptKey: { keyId, publicKey },
  kind: 'events' as const,
  sent: new Map([
    [id, sha256],
    [other, sha256],
  ]),
}

async function signed(over: Partial<Receipt> = {}, key = pair.privateKey): Promise<SignedReceipt> {
  const receipt: Receipt = {
    receiptId: newId(),
    serverId,
    deviceId,
    kind: 'events',
    items: [{ id, sha256 }],
    issuedAt: '2026-11-23T08:00:00.000Z',
    ...over,
  }
  return { receipt, keyId, signature: await signJson(receipt, key) }
}

test('promise 2: a receipt of the pinned key for what was sent is believed, also for a part of it', async () => {
  await expect(verifyReceipt(await signed(), expected)).resolves.toMatchObject({ items: [{ id, sha256 }] })
})

test('promise 2: any other receipt is refused as not the server’s', async () => {
  const honest = await signed()
  const refused: readonly SignedReceipt[] = [
    await signed({}, stranger.privateKey),
    await signed({ serverId: newId() }),
    await signed({ deviceId: newId() }),
    await signed({ kind: 'recording' }),
    await signed({ items: [{ id, sha256: 'cd'.repeat(32) }] }),
    await signed({ items: [{ id: newId(), sha256 }] }),
    { ...honest, keyId: 'cd'.repeat(32) },
    { ...honest, signature: '' },
    { ...honest, receipt: { ...honest.receipt, items: [{ id: other, sha256 }] } },
    { ...honest, receipt: { ...honest.receipt, issuedAt: '2026-11-23T08:00:01.000Z' } },
  ]
  for (const receipt of refused)
    await expect(verifyReceipt(receipt, expected)).rejects.toMatchObject({ code: 'not_the_server' })
})
