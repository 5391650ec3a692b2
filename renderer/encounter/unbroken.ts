/** A pseudonym inside a sentence, kept on one line: with a hyphen that does not break (U+2011). */
export const unbroken = (code: string): string => code.replaceAll('-', '\u2011')
