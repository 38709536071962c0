/** Waking a worker and laying out a layer took 20 to 50 µs: `npm run bench -- small --rung simd,threads` gained from about here on. */
export const LEAST_FLOPS = 10e6
/** A part of 400 GFLOP takes 10 s; nobody wants to wait longer for a thread that died. */
export const LIMIT_MS = 30_000
