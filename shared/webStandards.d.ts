/**
 * The few web-standard globals that browsers, workers and Node share and that `shared` may use. Declared here because the
 * folder is type-checked without DOM and without Node: anything else of a platform is a type error.
 */
declare const crypto: {
  readonly subtle: {
    digest(algorithm: 'SHA-256', data: BufferSource): Promise<ArrayBuffer>
    importKey(
      format: 'jwk' | 'raw' | 'spki',
      data: unknown,
      algorithm: string,
      extractable: boolean,
      uses: string[],
    ): Promise<CryptoKey>
    sign(algorithm: string, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
    verify(algorithm: string, key: CryptoKey, signature: BufferSource, data: BufferSource): Promise<boolean>
  }
}
type BufferSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>
interface CryptoKey {
  readonly type: string
  readonly extractable: boolean
}
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean })
  decode(bytes: BufferSource): string
}
declare function atob(text: string): string
declare function btoa(text: string): string
declare class AbortSignal {
  readonly aborted: boolean
  static timeout(milliseconds: number): AbortSignal
}
declare class URL {
  constructor(url: string, base?: string)
  readonly origin: string
  readonly protocol: string
  readonly hostname: string
  readonly pathname: string
}
