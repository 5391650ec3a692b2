import { advance, get, op, set } from './instructions.ts'

/**
 * WebAssembly text of `lineProducts`: inner products of lines of `bins` 32-bit floats, in float64.
 *
 *  first, second   addresses of the first two lines; the next follow at once and `secondStep` bytes further
 *  sums, end       addresses of the first sum and past the last, 8 bytes each
 */
export function lineProductsText({ bins }: { bins: number }): string {
  const pairs = Array.from({ length: Math.floor(bins / 2) }, (_, pair) => pair)
  const rest = op('f64.mul', single('first', bins - 1), single('second', bins - 1))
  return `(func (export "lineProducts")
    ${['first', 'second', 'secondStep', 'sums', 'end'].map((name) => `(param $${name} i32)`).join(' ')}
    (local $sum v128) (local $zero v128)
    (loop $line
      ${[
        set('sum', get('zero')),
        // The products are exact in float64: rounded once or twice is the same.
        ...pairs.map((pair) =>
          set('sum', op('f64x2.relaxed_madd', twoOf('first', pair), twoOf('second', pair), get('sum'))),
        ),
        op('f64.store', get('sums'), bins % 2 === 0 ? bothSums : op('f64.add', bothSums, rest)),
        advance('first', 4 * bins),
        set('second', op('i32.add', get('second'), get('secondStep'))),
        advance('sums', 8),
        `(br_if $line ${op('i32.lt_u', get('sums'), get('end'))})`,
      ].join('\n      ')}))`
}

const twoOf = (line: string, pair: number): string =>
  op('f64x2.promote_low_f32x4', op(`v128.load64_zero offset=${8 * pair}`, get(line)))

const single = (line: string, bin: number): string => op('f64.promote_f32', op(`f32.load offset=${4 * bin}`, get(line)))

const bothSums = `(f64.add (f64x2.extract_lane 0 ${get('sum')}) (f64x2.extract_lane 1 ${get('sum')}))`
