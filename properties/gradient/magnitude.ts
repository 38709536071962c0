/** max |x_i|, 0 of none. A loop: an argument an element overflows the stack from about 120,000 on. */
export function largestMagnitude(data: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!))
  return largest
}
