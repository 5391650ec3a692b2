/** What the tests call of Digital Bazaar's JSON-LD processor, which comes without types (https://github.com/digitalbazaar/jsonld.js). */
declare module 'jsonld' {
  export interface Quad {
    readonly subject: { readonly value: string }
    readonly predicate: { readonly value: string }
    readonly object: { readonly value: string }
  }
  const jsonld: {
    /** @param options `safe`: throws where it would drop something. `documentLoader`: is asked for every context that is an address. */
    toRDF(
      document: object,
      options: { readonly base: string; readonly safe: true; readonly documentLoader: (url: string) => never },
    ): Promise<Quad[]>
  }
  export default jsonld
}
