/** Crockford base 32: no I, L, O, U, so that a code read aloud or written by hand stays what it was. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 5

/** A random pseudonym such as `P-7F3K2` that `taken` does not hold. It is made of nothing about the person. */
export function newPseudonym(taken: ReadonlySet<string>): string {
  for (;;) {
    // 256 is a multiple of 32: no letter is likelier than another.
    const letters = Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) =>
      ALPHABET.charAt(byte % ALPHABET.length),
    )
    const code = `P-${letters.join('')}`
    if (!taken.has(code)) return code
  }
}
