/**
 * Typed expressions: each is the bytes that leave one value of its type on the stack. An `i32` cannot be handed to an
 * operation over `v128`, so that what type-checks here also validates. Opcodes: WebAssembly Core Specification §5.4;
 * 0xfd leads the vector ones.
 */
import { type Bytes, float32, float64, signed, unsigned } from './encode.ts'

export type Type = 'i32' | 'f32' | 'v128'

export interface Expression<T extends Type> {
  readonly type: T
  readonly bytes: Bytes
}

type I32 = Expression<'i32'>
type F32 = Expression<'f32'>
type V128 = Expression<'v128'>

const SIMD = 0xfd

const make = <T extends Type>(type: T, ...parts: readonly Bytes[]): Expression<T> => ({ type, bytes: parts })

const binary =
  <T extends Type, R extends Type>(result: R, ...opcode: readonly number[]) =>
  (a: Expression<T>, b: Expression<T>): Expression<R> =>
    make(result, a.bytes, b.bytes, opcode)

/** An address is an i32 and a constant number of bytes, which costs no instruction. Alignment is a hint; 4 always holds. */
const memory = (opcode: readonly number[], offset: number): Bytes => [...opcode, 2, ...unsigned(offset)]

const load =
  <T extends Type>(result: T, ...opcode: readonly number[]) =>
  (address: I32, offset = 0): Expression<T> =>
    make(result, address.bytes, memory(opcode, offset))

export const i32 = {
  const: (value: number): I32 => make('i32', [0x41, ...signed(value)]),
  load: load('i32', 0x28),
  eqz: (a: I32): I32 => make('i32', a.bytes, [0x45]),
  ltS: binary<'i32', 'i32'>('i32', 0x48),
  gtS: binary<'i32', 'i32'>('i32', 0x4a),
  add: binary<'i32', 'i32'>('i32', 0x6a),
  sub: binary<'i32', 'i32'>('i32', 0x6b),
  mul: binary<'i32', 'i32'>('i32', 0x6c),
  divU: binary<'i32', 'i32'>('i32', 0x6e),
  remU: binary<'i32', 'i32'>('i32', 0x70),
  and: binary<'i32', 'i32'>('i32', 0x71),
} as const

export const f32 = {
  const: (value: number): F32 => make('f32', [0x43, ...float32(value)]),
  load: load('f32', 0x2a),
  add: binary<'f32', 'f32'>('f32', 0x92),
  mul: binary<'f32', 'f32'>('f32', 0x94),
} as const

export const v128 = {
  load: load('v128', SIMD, 0),
  /** One float32 from memory in all four lanes. */
  load32Splat: load('v128', SIMD, 9),
  /** Two float32 from memory in the lower lanes, zero in the others. */
  load64Zero: load('v128', SIMD, 93),
  and: binary<'v128', 'v128'>('v128', SIMD, 78),
  /** a and not b. */
  andNot: binary<'v128', 'v128'>('v128', SIMD, 79),
  or: binary<'v128', 'v128'>('v128', SIMD, 80),
  /** Bits of a where the mask has ones, of b elsewhere. */
  select: (a: V128, b: V128, mask: V128): V128 => make('v128', a.bytes, b.bytes, mask.bytes, [SIMD, 82]),
  zero: make('v128', [SIMD, 12], new Array<number>(16).fill(0)),
  /** Ones in all bits of so many of the four lanes of float32, from the first on. */
  firstLanes: (count: number): V128 =>
    make(
      'v128',
      [SIMD, 12],
      Array.from({ length: 16 }, (_, byte) => (byte < 4 * count ? 255 : 0)),
    ),
  /** Lanes of float32 picked from a (0…3) and b (4…7). */
  shuffle32: (a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 =>
    make(
      'v128',
      a.bytes,
      b.bytes,
      [SIMD, 13],
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    ),
} as const

export const f32x4 = {
  splat: (a: F32): V128 => make('v128', a.bytes, [SIMD, 0x13]),
  extractLane: (a: V128, lane: number): F32 => make('f32', a.bytes, [SIMD, 0x1f, lane]),
  add: binary<'v128', 'v128'>('v128', SIMD, 0xe4, 1),
  sub: binary<'v128', 'v128'>('v128', SIMD, 0xe5, 1),
  mul: binary<'v128', 'v128'>('v128', SIMD, 0xe6, 1),
  min: binary<'v128', 'v128'>('v128', SIMD, 0xe8, 1),
  max: binary<'v128', 'v128'>('v128', SIMD, 0xe9, 1),
  /** Comparisons leave ones in all bits of a lane, or zeros; all are false for NaN. */
  eq: binary<'v128', 'v128'>('v128', SIMD, 0x41),
  gt: binary<'v128', 'v128'>('v128', SIMD, 0x44),
  le: binary<'v128', 'v128'>('v128', SIMD, 0x45),
  /** a·b + c, rounded once or twice as the machine likes best: relaxed SIMD. */
  relaxedMadd: (a: V128, b: V128, c: V128): V128 => make('v128', a.bytes, b.bytes, c.bytes, [SIMD, 0x85, 2]),
} as const

/** a·b + c: fused where relaxed SIMD is there to be used, else rounded twice. */
export const multiplyAdd = (fused: boolean, a: V128, b: V128, c: V128): V128 =>
  fused ? f32x4.relaxedMadd(a, b, c) : f32x4.add(c, f32x4.mul(a, b))

/** Two float64, for what is rounded to float32 once at its end. */
export const f64x2 = {
  const: (value: number): V128 => make('v128', [SIMD, 12], [...float64(value), ...float64(value)]),
  /** The two lower lanes of float32, widened. */
  promoteLow: (a: V128): V128 => make('v128', a.bytes, [SIMD, 0x5f]),
  /** Rounded to float32 in the two lower lanes, zero in the others. */
  demoteZero: (a: V128): V128 => make('v128', a.bytes, [SIMD, 0x5e]),
  /** To the nearest whole number. */
  nearest: (a: V128): V128 => make('v128', a.bytes, [SIMD, 0x94, 1]),
  add: binary<'v128', 'v128'>('v128', SIMD, 0xf0, 1),
  sub: binary<'v128', 'v128'>('v128', SIMD, 0xf1, 1),
  mul: binary<'v128', 'v128'>('v128', SIMD, 0xf2, 1),
  div: binary<'v128', 'v128'>('v128', SIMD, 0xf3, 1),
  /** b < a ? b : a, and a < b ? b : a: one instruction, and a NaN in a stays. */
  pmin: binary<'v128', 'v128'>('v128', SIMD, 0xf6, 1),
  pmax: binary<'v128', 'v128'>('v128', SIMD, 0xf7, 1),
  /** The bits of each lane moved up. */
  shiftLeft: (a: V128, by: number): V128 => make('v128', a.bytes, [0x41, ...signed(by)], [SIMD, 0xcb, 1]),
} as const

/** Bytes of the statements that store; `assembler.ts` appends them to a function. */
export const store = {
  f32: (address: I32, value: F32, offset: number): Bytes => [address.bytes, value.bytes, memory([0x38], offset)],
  v128: (address: I32, value: V128, offset: number): Bytes => [address.bytes, value.bytes, memory([SIMD, 11], offset)],
  lane32: (address: I32, value: V128, lane: number, offset: number): Bytes => [
    address.bytes,
    value.bytes,
    memory([SIMD, 0x5a], offset),
    lane,
  ],
} as const
