/**
 * How the values of a case are drawn, by name. Values reveal: `exact` leaves no room for rounding, `impulse` shows the
 * index map, `special`, `negative` and `tie` sit where conventions differ.
 */
import { type Precision, sizeOf, type Tensor, tensor } from '../reference/tensor.ts'
import { Random } from './random.ts'

export const draws = ['real', 'image', 'exact', 'impulse', 'special', 'negative', 'tie'] as const
export type Draw = (typeof draws)[number]

export interface Request {
  readonly draw: Draw
  readonly seed: number
  readonly precision: Precision
  /** At most how many terms one result element sums. */
  readonly terms: number
  /** Degree of the result in its operands: 2 for a product of operands, 1 for a plain sum, 3 for δ·y(1−y). */
  readonly degree: number
  /** Operands that are only compared with one another. */
  readonly compared: readonly string[]
}

/** Significand bits: integers up to 2^p and their sums below it are exact. */
const significandBits = (precision: Precision): number => (precision === 'float32' ? 24 : 53)

/** One tensor an operand, in the order of `shapes`. */
export function drawOperands(
  shapes: Readonly<Record<string, readonly number[]>>,
  request: Request,
): Record<string, Tensor> {
  const names = Object.keys(shapes)
  const operands: Record<string, Tensor> = {}
  names.forEach((name, index) => {
    const shape = shapes[name]!
    const random = new Random(request.seed, index)
    const values = new Float64Array(sizeOf(shape))
    drawInto(values, name, names, request, random)
    operands[name] = tensor(shape, values, request.precision)
  })
  if (request.draw === 'special') plantSpecials(Object.values(operands), request)
  return operands
}

function drawInto(
  values: Float64Array,
  name: string,
  names: readonly string[],
  request: Request,
  random: Random,
): void {
  const { draw, compared } = request
  const isExact = draw === 'exact' || draw === 'impulse'
  if (name === 't' && draw !== 'negative') drawTargets(values, draw, random)
  else if (compared.includes(name) && isExact) shuffledRanks(values, random)
  else if (draw === 'exact') drawExact(values, name, names, request, random)
  else if (draw === 'impulse') drawImpulse(values, name, names, request, random)
  else drawFreely(values, draw, random)
}

function drawFreely(values: Float64Array, draw: Exclude<Draw, 'exact' | 'impulse'>, random: Random): void {
  const draws: Record<typeof draw, () => number> = {
    real: () => signedBinade(random),
    special: () => signedBinade(random),
    negative: () => -Math.abs(signedBinade(random)),
    image: () => random.unit(),
    tie: () => random.integer(-1, 1),
  }
  const next = draws[draw]
  for (let i = 0; i < values.length; i++) values[i] = next()
}

/** ±m·2^e, m in [1,2), e from −6 to 3: ten binades, so that every alignment of a sum occurs and the small terms count. */
function signedBinade(random: Random): number {
  return random.sign() * (1 + random.unit()) * 2 ** random.integer(-6, 3)
}

/** Targets: one-hot or a distribution over the last axis drawn as plain numbers; the formulas hold for any t. */
function drawTargets(values: Float64Array, draw: Draw, random: Random): void {
  const whole = draw === 'exact' || draw === 'impulse' || draw === 'tie'
  for (let i = 0; i < values.length; i++) values[i] = whole ? random.integer(0, 1) : random.unit()
}

/** A random permutation of 1…n around 0: all different, so that no comparison is a tie. */
function shuffledRanks(values: Float64Array, random: Random): void {
  for (let i = 0; i < values.length; i++) values[i] = i - (values.length >> 1)
  random.shuffle(values)
}

/**
 * Integers of which every partial sum in any order stays below 2^(p−1). Of two factors one is ±1 and the other odd with as
 * many bits as fit, so that rounding the inputs to bfloat16 (8 bits) or TF32 (11) changes every product; which is which
 * alternates with the seed. More terms than 2^9 leave too few bits: then most of the ±1 are 0.
 */
function drawExact(
  values: Float64Array,
  name: string,
  names: readonly string[],
  { precision, terms, degree, compared, seed }: Request,
  random: Random,
): void {
  const room = significandBits(precision) - 1
  if (degree > 2) {
    const most = 2 ** Math.floor((room - 4 - Math.ceil(Math.log2(terms + 1))) / degree)
    for (let i = 0; i < values.length; i++) values[i] = random.integer(-most, most)
    return
  }
  const factors = names.filter((n) => n !== 'b' && !compared.includes(n))
  const one = degree === 2 && factors.length === 2 && factors[seed & 1] === name
  const used = Math.min(terms, 2 ** 9)
  if (one) {
    const density = Math.min(1, used / 2 / terms + (terms <= used ? 1 : 0))
    for (let i = 0; i < values.length; i++) values[i] = random.unit() < density ? random.sign() : 0
    return
  }
  const sums = degree === 2 ? used : terms
  const bits = Math.min(52, Math.max(2, room - Math.ceil(Math.log2(sums + 1))))
  for (let i = 0; i < values.length; i++)
    values[i] = random.sign() * (2 * random.integer(2 ** (bits - 2), 2 ** (bits - 1) - 1) + 1)
}

/** One operand is 1 at one place and 0 elsewhere, the others count 1, 2, 3, …: the result is the index map. By turns. */
function drawImpulse(
  values: Float64Array,
  name: string,
  names: readonly string[],
  { compared, seed, precision }: Request,
  random: Random,
): void {
  const factors = names.filter((n) => n !== 'b' && !compared.includes(n))
  const most = 2 ** (significandBits(precision) - 4)
  const oneHot = factors.length === 1 ? seed % 2 === 0 : factors[seed % factors.length] === name
  if (oneHot) values[random.integer(0, values.length - 1)] = 1
  else for (let i = 0; i < values.length; i++) values[i] = (i % most) + 1
}

/** A result is to meet one of them, not several, lest all of it be NaN: so many numbers stand beside each. */
const APART = 2
const MOST_SPECIALS = 14

/**
 * NaN, ±∞, −0 and subnormal numbers at random places, the corners among the likely ones: one to three, more where a result
 * sums few terms. NaN is there in three of four, since it hides what ∞ would show; each kind comes before one comes again. At times a stretch of one operand is all of a kind, so
 * that there are windows and sums of nothing else.
 */
function plantSpecials(operands: readonly Tensor[], { seed, precision, terms, degree }: Request): void {
  const random = new Random(seed, 97)
  const tiny = precision === 'float32' ? 2 ** -149 : 2 ** -1074
  const others = [Infinity, -Infinity, -0, tiny, -3 * tiny, tiny * 2 ** 20]
  random.shuffle(others)
  const kinds = random.integer(0, 3) > 0 ? others.flatMap((kind) => [Number.NaN, kind]) : others
  const numbers = Math.min(...operands.map(({ data }) => data.length))
  const roomy = Math.min(MOST_SPECIALS, Math.floor(numbers / (APART * terms)))
  const count = Math.max(random.integer(1, 3), roomy)
  for (let i = 0; i < count; i++) {
    const { data } = random.pick(operands)
    const at = random.pick([0, data.length - 1, random.integer(0, data.length - 1), random.integer(0, data.length - 1)])
    data[at] = kinds[i % kinds.length]!
  }
  // Of products the most would be NaN then; a maximum of nothing but −∞ shows what it starts from.
  if (random.integer(0, 3) >= (degree === 1 ? 3 : 1)) return
  const { data } = random.pick(operands)
  const start = random.integer(0, data.length >> 1)
  data.fill(random.pick([-Infinity, -Infinity, -Infinity, Number.NaN]), start, start + Math.ceil(data.length / 2))
}
