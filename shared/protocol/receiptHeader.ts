import { fromBase64, toBase64, utf8 } from './bytes.ts'
import { type SignedReceipt, signedReceiptSchema } from './receipt.ts'

/** Of a PATCH of tus, `wanted`; of the answer to the one that brought the last byte, the receipt. An older server answers without it. */
export const RECEIPT_HEADER = 'spira-receipt'
export const RECEIPT_WANTED = 'wanted'

/** Base64 of its JSON: a header holds no more than ASCII. */
export const receiptToHeader = (signed: SignedReceipt): string => toBase64(utf8(JSON.stringify(signed)))

/** @returns null for what is no receipt. Nothing is verified here: verifyReceipt.ts. */
export function receiptFromHeader(header: string | null | undefined): SignedReceipt | null {
  if (header === null || header === undefined) return null
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(header)))
    return signedReceiptSchema.parse(parsed)
  } catch {
    return null
  }
}
