import type { S3ClientConfig } from '@aws-sdk/client-s3'

export type S3Location = S3ClientConfig & { readonly bucket: string }

/**
 * `s3://BUCKET?endpoint=https://…&region=…`, as SPIRA_BLOBS names it. Credentials come from where the AWS SDK looks for them
 * (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's role), never from the address.
 *
 * @throws Error with a sentence for an address that is none.
 */
export function s3LocationOf(address: string): S3Location {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol !== 's3:' || url.hostname === '' || url.username !== '')
    throw new Error(`"${address}" names no bucket: s3://BUCKET?endpoint=https://s3.example.org&region=us-east-1`)
  const endpoint = url.searchParams.get('endpoint')
  return {
    bucket: url.hostname,
    region: url.searchParams.get('region') ?? 'us-east-1',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    // Else the SDK sends streams as aws-chunked, which servers other than Amazon's refuse (Swift: 501).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
}
