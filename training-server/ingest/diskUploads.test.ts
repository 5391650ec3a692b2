import { openUploadEndpoint } from './testing/uploadEndpoint.ts'
import { tusConformance } from './tusConformance.ts'
import { uploadsContract } from './uploadsContract.ts'

const endpoint = await openUploadEndpoint()
tusConformance(endpoint)
await uploadsContract(endpoint)
