import { advance, get, load, mul, multiplyAdd, op, set, store } from './instructions.ts'

/**
 * Numbers that stay the same, each as a vector. Loaded from memory: a literal is made anew at each use.
 *
 * 2^f for |f| <= 1/2, to float32's rounding: Cephes, exp2f.c (Moshier 1984 to 1995).
 */
const CONSTANTS = {
  /** Here 2^z becomes exactly 0. */
  lowest: -127,
  /** From here on Mish is x in float32, and what is multiplied below is still finite. */
  highest: 26,
  /** 1.5 x 2^23: what is added to it is rounded to a whole number, in the lowest bits. */
  rounding: 12_582_912,
  c6: 1.535_336_188_319_5e-4,
  c5: 1.339_887_440_266_574e-3,
  c4: 9.618_437_357_674_64e-3,
  c3: 5.550_332_471_162_809e-2,
  c2: 0.240_226_479_136_301_2,
  c1: 0.693_147_202_855_042_1,
  one: 1,
  two: 2,
  fourLn2: 4 * Math.LN2,
}

/** What lies at the beginning of the memory: the constants, in their order. */
export const MISH_PAIRS_CONSTANTS: readonly number[] = Object.values(CONSTANTS)

/** Every list may be read and written so many numbers past its end. */
export const MISH_PAIRS_OVERHANG = 3

const ADDRESSES = 'weights even odd drawn value slopeEven slopeOdd powers'.split(' ')
/** Vectors that the loops compute; those of a pair are numbered. `zero` is never set: what is declared is zero. */
const VECTORS = [
  ...'z e n d zn whole f squared'.split(' ').flatMap((name) => [`${name}1`, `${name}2`]),
  ...'z e n zn eAnd2 inverse firstWon kept slope bias otherSum zero slopeScale valueScale lastDroppedOfAll'.split(' '),
]

/**
 * WebAssembly text of `mishPairs`: for one channel of one sample, a convolution of one channel along time (kernel x 1, dilation 2), Mish, the
 * larger of each two neighbours in time, and dropout, with what the backward pass needs. Even and odd times are apart, as dilation 2
 * never mixes them. Its parameters, addresses of 32-bit floats but for `drawn`, then numbers:
 *
 *  weights      [kernel + 1] times log2(e), the bias last: the convolution gives z = x log2(e), and e^x = 2^z
 *  even, odd    what the first tap sees; the next tap sees what is `bins` numbers further
 *  drawn        [count] uniform 16-bit numbers; those up to `lastDropped` drop the value
 *  value        [count] scale x the larger Mish, or 0 where dropped
 *  slopeEven, slopeOdd  [count] derivatives of that value by the even and the odd x: 0 for the smaller; of two equal ones the first has
 *               it, as in PyTorch
 *  powers       [2 count] scratch
 *  count, lastDropped, scale
 *
 * With e = e^x, n = e (e + 2) and d = n + 2: mish(x) = x n / d, and its slope is (n + 4 x (n - e) / d) / d. Right for |x| up to 1e7, far
 * above what normalisation leaves.
 *
 * Three loops, because one is too long a chain of operations for the processor to overlap its rounds: 47 ms a step, these 26
 * (docs/adr/0008). What passes between them stays in the caches.
 */
export function mishPairsText({ kernel, bins }: { kernel: number; bins: number }): string {
  const weights = Array.from({ length: kernel }, (_, tap) => `w${tap}`)
  const vectors = [...VECTORS, ...weights, ...Object.keys(CONSTANTS)]
  return `(func (export "mishPairs")
    ${[...ADDRESSES, 'count', 'lastDropped'].map((name) => `(param $${name} i32)`).join(' ')} (param $scale f32)
    ${['at1', 'at2', 'atPowers', 'end'].map((name) => `(local $${name} i32)`).join(' ')}
    ${vectors.map((name) => `(local $${name} v128)`).join(' ')}
    ${[...weights, 'bias'].map((name, index) => splat(name, get('weights'), index)).join('\n    ')}
    ${Object.keys(CONSTANTS)
      .map((name, index) => splat(name, '(i32.const 0)', index))
      .join('\n    ')}
    ${set('slopeScale', op('f32x4.splat', get('scale')))}
    ${set('valueScale', mul(get('slopeScale'), `(f32x4.splat (f32.const ${Math.LN2}))`))}
    ${set('lastDroppedOfAll', op('i32x4.splat', get('lastDropped')))}
    ${set('end', op('i32.add', get('slopeEven'), op('i32.shl', get('count'), '(i32.const 2)')))}
    ${throughPairs('convolution', convolution(weights, bins))}
    ${throughPairs('exponential', exponential())}
    ${throughPairs('winners', winners())})`
}

/** z of both, left where their slopes will be. */
const convolution = (weights: readonly string[], bins: number): string[] => [
  ...convolved('z1', 'even', weights, bins),
  ...convolved('z2', 'odd', weights, bins),
  store('at1', get('z1')),
  store('at2', get('z2')),
  ...['even', 'odd', 'at1', 'at2'].map((address) => advance(address, 16)),
]

/** In two sums, every second tap in each: half as long a chain, and less rounding. */
const convolved = (to: string, from: string, weights: readonly string[], bins: number): string[] => [
  set(to, get('bias')),
  set('otherSum', get('zero')),
  ...weights.map((weight, tap) => {
    const sum = tap % 2 === 0 ? to : 'otherSum'
    return set(sum, multiplyAdd(get(weight), load(from, 4 * bins * tap), get(sum)))
  }),
  set(to, op('f32x4.add', get(to), get('otherSum'))),
]

/** e of both. */
const exponential = (): string[] => [
  set('z1', load('at1')),
  set('z2', load('at2')),
  ...power(1),
  ...power(2),
  store('atPowers', get('e1')),
  store('atPowers', get('e2'), 16),
  ...['at1', 'at2'].map((address) => advance(address, 16)),
  advance('atPowers', 32),
]

/** 2^z: the whole part goes into the exponent, the rest into the polynomial (Estrin's scheme: a short chain). */
function power(pair: 1 | 2): string[] {
  const [z, whole, f, squared, e] = [`z${pair}`, `whole${pair}`, `f${pair}`, `squared${pair}`, `e${pair}`]
  const line = (slope: string, constant: string) => multiplyAdd(get(slope), get(f), get(constant))
  const high = multiplyAdd(get('c6'), get(squared), line('c5', 'c4'))
  const low = multiplyAdd(line('c3', 'c2'), get(squared), line('c1', 'one'))
  return [
    set(f, op('f32x4.pmax', op('f32x4.pmin', get(z), get('highest')), get('lowest'))),
    set(whole, op('f32x4.add', get(f), get('rounding'))),
    set(f, op('f32x4.sub', get(f), op('f32x4.sub', get(whole), get('rounding')))),
    set(squared, mul(get(f), get(f))),
    set(e, multiplyAdd(high, mul(get(squared), get(squared)), low)),
    set(e, op('i32x4.add', get(e), op('i32x4.shl', get(whole), '(i32.const 23)'))),
  ]
}

/** The larger of each two, dropped or scaled, and its slope. */
const winners = (): string[] => [
  set('z1', load('at1')),
  set('z2', load('at2')),
  set('e1', load('atPowers')),
  set('e2', load('atPowers', 16)),
  ...fraction(1),
  ...fraction(2),
  // Fractions compared without dividing.
  set('firstWon', op('f32x4.ge', mul(get('zn1'), get('d2')), mul(get('zn2'), get('d1')))),
  ...['z', 'e', 'n', 'zn'].map((name) => set(name, ofLarger(name))),
  set('inverse', op('f32x4.div', get('one'), ofLarger('d'))),
  set('kept', op('i32x4.gt_s', op('v128.load16x4_u', get('drawn')), get('lastDroppedOfAll'))),
  store('value', op('v128.and', mul(mul(get('zn'), get('inverse')), get('valueScale')), get('kept'))),
  set('slope', mul(op('f32x4.sub', get('n'), get('e')), get('inverse'))),
  set('slope', mul(get('inverse'), multiplyAdd(mul(get('z'), get('fourLn2')), get('slope'), get('n')))),
  set('slope', op('v128.and', mul(get('slope'), get('slopeScale')), get('kept'))),
  store('at1', op('v128.and', get('slope'), get('firstWon'))),
  store('at2', op('v128.andnot', get('slope'), get('firstWon'))),
  ...['at1', 'at2', 'value'].map((address) => advance(address, 16)),
  advance('atPowers', 32),
  advance('drawn', 8),
]

/** n, d and z n of one of the pair. */
const fraction = (pair: 1 | 2): string[] => [
  set('eAnd2', op('f32x4.add', get(`e${pair}`), get('two'))),
  set(`n${pair}`, mul(get(`e${pair}`), get('eAnd2'))),
  set(`d${pair}`, multiplyAdd(get(`e${pair}`), get('eAnd2'), get('two'))),
  set(`zn${pair}`, mul(get(`z${pair}`), get(`n${pair}`))),
]

const ofLarger = (name: string): string =>
  op('i32x4.relaxed_laneselect', get(`${name}1`), get(`${name}2`), get('firstWon'))

/** Four pairs a round, from the first to the last. */
const throughPairs = (name: string, body: readonly string[]): string => `
    ${set('at1', get('slopeEven'))} ${set('at2', get('slopeOdd'))} ${set('atPowers', get('powers'))}
    (loop $${name}
      ${body.join('\n      ')}
      (br_if $${name} ${op('i32.lt_u', get('at1'), get('end'))}))`

const splat = (name: string, address: string, index: number): string =>
  set(name, op(`v128.load32_splat offset=${4 * index}`, address))
