/** A cursor over untyped JSON that knows its place, so that an error can say where it is. */

import { TraceError } from './trace';

export class Reader {
  constructor(
    private readonly value: unknown,
    private readonly where: string,
  ) {}

  /** Refuses the value with a sentence that names its place. */
  fail(expected: string): never {
    const found = JSON.stringify(this.value) ?? String(this.value);
    const shown = found.length > 60 ? `${found.slice(0, 60)}…` : found;
    throw new TraceError(this.where, `expected ${expected}, found ${shown}`);
  }

  get isMissing(): boolean {
    return this.value === undefined || this.value === null;
  }

  get isText(): boolean {
    return typeof this.value === 'string';
  }

  /** Another value at the same place. */
  changed(value: unknown): Reader {
    return new Reader(value, this.where);
  }

  /** The field of an object; a missing one is refused when it is read. */
  field(name: string): Reader {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('an object');
    const held = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    return new Reader(held, this.where ? `${this.where}.${name}` : name);
  }

  /** The names of an object's own fields. */
  names(): string[] {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('an object');
    return Object.keys(value);
  }

  /** Every element of a list, read in order. */
  list<T>(read: (element: Reader, index: number) => T): T[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail('a list');
    return value.map((element: unknown, index) =>
      read(new Reader(element, `${this.where}[${index}]`), index),
    );
  }

  /** The elements of a list that has a fixed length. */
  row(length: number): Reader[] {
    const cells = this.list(cell => cell);
    return cells.length === length ? cells : this.fail(`a list of ${length} elements`);
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.fail('a string');
  }

  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.fail('a number');
  }

  /** A whole number of at least `least`. */
  integer(least = 0): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    return this.fail(least ? `a whole number of at least ${least}` : 'a whole number');
  }

  /** The entry of a table to which an index points. */
  entry<T>(table: readonly T[], what: string): T {
    const index = this.integer();
    return index < table.length ? table[index] : this.fail(`an index into the ${table.length} ${what}`);
  }

  /** As `entry`, with -1 for none. */
  optional<T>(table: readonly T[], what: string): T | null {
    return this.value === -1 ? null : this.entry(table, what);
  }
}
