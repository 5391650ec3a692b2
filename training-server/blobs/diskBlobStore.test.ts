import { join } from 'node:path'
import { blobStoreContract } from './blobStoreContract.ts'
import { DiskBlobStore } from './diskBlobStore.ts'

blobStoreContract('disk', (folder) => DiskBlobStore.open(join(folder, 'blobs')))
