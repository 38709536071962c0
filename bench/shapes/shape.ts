/** A layer to time: where it stands in its network, and the case that is it. */
export interface Shape {
  readonly name: string
  readonly descriptor: string
}

/** Sizes C→M on H×H by a k×k kernel of stride st, padded so that H becomes ⌈H/st⌉. */
export function square(name: string, C: number, M: number, H: number, k: number, st = 1, N = 1): Shape {
  const stride = st === 1 ? '' : ` st${st}`
  const padding = k === 1 ? '' : ` pd${(k - 1) / 2}`
  return { name, descriptor: `conv2d n${N}c${C}h${H}w${H} m${M}r${k}s${k}${stride}${padding} @real#1` }
}

/** A k×k kernel a channel. */
export function perChannel(name: string, C: number, H: number, k: number, st = 1): Shape {
  const stride = st === 1 ? '' : ` st${st}`
  return { name, descriptor: `conv2d n1c${C}h${H}w${H} m${C}r${k}s${k}${stride} pd${(k - 1) / 2} g${C} @real#1` }
}
