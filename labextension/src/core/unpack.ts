/**
 * Packed nodes and steps of a trace, written out again: whole numbers, zigzag, seven bits a byte, in base64.
 * `symlab/viz/packing.py` writes them and says what each number is; what they mean is checked where the rows are read.
 */

import { TraceError } from './trace';

/** Fields of a node after its operands: type, source, scope, name, detail. */
const OTHERS = 5;
const HUNDREDTHS = 100;
const VERDICTS = [null, 'ok', 'worse', 'wrong'];

export function unpackNodes(packed: string): unknown[] {
  return new Numbers(packed, 'nodes').rows(-1);
}

export function unpackSteps(packed: string): unknown[] {
  const numbers = new Numbers(packed, 'steps');
  let last = 0;
  return numbers.times(() => {
    const step = numbers.step(last);
    last = step.at;
    return step;
  });
}

class Numbers {
  private readonly bytes: string;
  private place = 0;

  constructor(
    packed: string,
    private readonly where: string,
  ) {
    try {
      this.bytes = atob(packed);
    } catch {
      throw new TraceError(where, 'expected base64');
    }
  }

  private next(): number {
    let found = 0;
    for (let unit = 1; ; unit *= 128) {
      if (this.place === this.bytes.length) throw new TraceError(this.where, 'the numbers end too early');
      const byte = this.bytes.charCodeAt(this.place++);
      found += (byte % 128) * unit;
      if (byte < 128) return found % 2 ? -(found + 1) / 2 : found / 2;
    }
  }

  /** As many things as the next number says. */
  times<T>(read: () => T): T[] {
    const made: T[] = [];
    for (let left = this.next(); left > 0; left--) made.push(read());
    return made;
  }

  private near(base: number): number[] {
    return this.times(() => base + this.next());
  }

  private tuples(bases: readonly number[]): number[][] {
    return this.times(() => bases.map(base => base + this.next()));
  }

  rows(last: number): unknown[] {
    let id = last;
    return this.times(() => {
      id += this.next();
      const op = this.next();
      const operands = this.near(id);
      return [id, op, operands, ...Array.from({ length: OTHERS }, () => this.next())];
    });
  }

  /** One rewrite; the fields stand in the order in which they were packed. */
  step(last: number): { readonly at: number } {
    const rule = this.next();
    const at = last + this.next();
    const by = at + this.next();
    return {
      rule,
      at,
      by,
      ...{ add: this.rows(by), del: this.near(at), rewired: this.tuples([at, 0, by]) },
      ...{ outputs: this.tuples([0, by]), bindings: this.tuples([0, at]) },
      provenance: this.times(() => [by + this.next(), this.near(at)]),
      us: this.next() / HUNDREDTHS,
      verdict: VERDICTS[this.next()],
    } as { readonly at: number };
  }
}
