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
      algorithm: string | { readonly name: 'ECDH'; readonly namedCurve: 'P-256' },
      extractable: boolean,
      uses: string[],
    ): Promise<CryptoKey>
    exportKey(format: 'raw', key: CryptoKey): Promise<ArrayBuffer>
    generateKey(
      algorithm: { readonly name: 'ECDH'; readonly namedCurve: 'P-256' },
      extractable: boolean,
      uses: string[],
    ): Promise<CryptoKeyPair>
    deriveBits(
      algorithm: { readonly name: 'ECDH'; readonly public: CryptoKey },
      key: CryptoKey,
      length: number,
    ): Promise<ArrayBuffer>
    deriveKey(
      algorithm: {
        readonly name: 'HKDF'
        readonly hash: 'SHA-256'
        readonly salt: BufferSource
        readonly info: BufferSource
      },
      key: CryptoKey,
      derived: { readonly name: 'AES-GCM'; readonly length: 256 },
      extractable: boolean,
      uses: string[],
    ): Promise<CryptoKey>
    encrypt(algorithm: AesGcm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
    decrypt(algorithm: AesGcm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
    sign(algorithm: string, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
    verify(algorithm: string, key: CryptoKey, signature: BufferSource, data: BufferSource): Promise<boolean>
  }
}
type BufferSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>
interface AesGcm {
  readonly name: 'AES-GCM'
  readonly iv: BufferSource
}
interface CryptoKeyPair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}
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
declare class URLSearchParams {
  constructor(text?: string)
  append(name: string, value: string): void
  getAll(name: string): string[]
  toString(): string
}
