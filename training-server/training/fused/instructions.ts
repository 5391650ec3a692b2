/** Instructions of the WebAssembly text format, folded (https://webassembly.github.io/spec/core/text/instructions.html). */
export const get = (name: string): string => `(local.get $${name})`
export const set = (name: string, value: string): string => `(local.set $${name} ${value})`
export const op = (name: string, ...operands: readonly string[]): string => `(${name} ${operands.join(' ')})`
export const mul = (a: string, b: string): string => op('f32x4.mul', a, b)
/** a b + c, rounded once where the processor can. */
export const multiplyAdd = (a: string, b: string, c: string): string => op('f32x4.relaxed_madd', a, b, c)
export const load = (address: string, offset = 0): string => op(`v128.load offset=${offset}`, get(address))
export const store = (address: string, value: string, offset = 0): string =>
  op(`v128.store offset=${offset}`, get(address), value)
export const advance = (address: string, bytes: number): string =>
  set(address, op('i32.add', get(address), `(i32.const ${bytes})`))
