import { type Arithmetic, Inexpressible } from '../../reference/arithmetic/arithmetic.ts'

/**
 * Sums that have not been summed yet: the textbook in this number system gives, for each result, the products it adds up,
 * so that they can be added in any order and precision afterwards. It expresses sums of products and means, and nothing else.
 */
export type Terms =
  | { readonly kind: 'zero' }
  | { readonly kind: 'product'; readonly a: number; readonly b: number }
  | { readonly kind: 'sum'; readonly left: Terms; readonly right: Terms }
  | { readonly kind: 'quotient'; readonly of: Terms; readonly by: number }

class SumsOfProducts implements Arithmetic<Terms> {
  readonly name = 'terms'
  readonly zero: Terms = { kind: 'zero' }
  readonly one: Terms = this.from(1)
  from(value: number): Terms {
    return { kind: 'product', a: value, b: 1 }
  }
  add(left: Terms, right: Terms): Terms {
    if (left.kind === 'zero') return right
    if (right.kind === 'zero') return left
    return { kind: 'sum', left, right }
  }
  mul(a: Terms, b: Terms): Terms {
    return { kind: 'product', a: this.number(a, 'a product of sums'), b: this.number(b, 'a product of sums') }
  }
  div(of: Terms, by: Terms): Terms {
    return { kind: 'quotient', of, by: this.number(by, 'a quotient by a sum') }
  }
  sub(): Terms {
    return this.refuse('a difference')
  }
  neg(): Terms {
    return this.refuse('a negation')
  }
  exp(): Terms {
    return this.refuse('exp')
  }
  log(): Terms {
    return this.refuse('log')
  }
  tanh(): Terms {
    return this.refuse('tanh')
  }
  greater(): boolean {
    return this.refuse('a comparison')
  }
  isNaN(): boolean {
    return this.refuse('a comparison')
  }
  array(n: number): Terms[] {
    return new Array<Terms>(n).fill(this.zero)
  }

  /** A number that no operation has touched yet. */
  private number(t: Terms, operation: string): number {
    return t.kind === 'product' && t.b === 1 ? t.a : this.refuse(operation)
  }
  private refuse(operation: string): never {
    throw new Inexpressible(this.name, operation, 'it is no sum of products')
  }
}

export const terms = new SumsOfProducts()

/** A sum written out: product i is a[i]·b[i]. Room that is used again; `length` says how much of it. */
export class Products {
  a = new Float64Array(64)
  b = new Float64Array(64)
  length = 0

  push(a: number, b: number): void {
    if (this.length === this.a.length) {
      this.a = grown(this.a)
      this.b = grown(this.b)
    }
    this.a[this.length] = a
    this.b[this.length++] = b
  }
}

const grown = (values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const twice = new Float64Array(2 * values.length)
  twice.set(values)
  return twice
}

/** Adds up in one order what the textbook has written out: means are divided last, each division rounded once. */
export function addUp(t: Terms, order: (products: Products) => number, room: Products): number {
  if (t.kind === 'quotient') return Math.fround(addUp(t.of, order, room) / t.by)
  room.length = 0
  collect(t, room, order)
  return order(room)
}

function collect(t: Terms, into: Products, order: (products: Products) => number): void {
  if (t.kind === 'product') into.push(t.a, t.b)
  else if (t.kind === 'quotient') into.push(addUp(t, order, new Products()), 1)
  else if (t.kind === 'sum') {
    collect(t.left, into, order)
    collect(t.right, into, order)
  }
}
