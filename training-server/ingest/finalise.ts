import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import type { ServerContext } from '../server/context.ts'
import type { Filing } from './fileTogether.ts'
import { deviceOfUpload } from './uploadStore.ts'

/** Files the audio of a recording once and answers with its receipt; called again, with the same receipt. */
export async function finaliseRecording(
  context: ServerContext,
  device: { readonly id: string },
  request: Omit<Filing, 'deviceId'>,
): Promise<SignedReceipt> {
  const { uploadId } = request
  const filing = { ...request, deviceId: device.id }
  if (deviceOfUpload(uploadId) !== device.id) return context.filingQueue.file(context, filing)
  // Nobody writes to it from the look at its hash until it is filed.
  return context.uploadLocks.while(uploadId, async () => {
    const receipt = await context.filingQueue.file(context, filing)
    await context.uploads.discard(uploadId)
    return receipt
  })
}
