/** Where newcomers sit in a picture that otherwise stays: their rows, who sinks because of them, and their x. */

import type { Frame, Node } from './player';

export interface Seated {
  readonly row: number;
  readonly x: number;
}

/** The node that a step replaced and the one that took its place: the one sits where the other does. */
export interface Exchange {
  readonly at: number;
  readonly by: number;
}

export class Seating {
  private readonly rows = new Map<number, number>();

  constructor(
    private readonly frame: Frame,
    private readonly seats: ReadonlyMap<number, Seated>,
    private readonly exchange: Exchange | null,
  ) {}

  /** Rows of all newcomers (ordered with operands first), and of the nodes that have to sink below their operands. */
  rowsFor(newcomers: readonly number[]): ReadonlyMap<number, number> {
    for (const id of newcomers) {
      const partner = this.partnerRow(id);
      this.rows.set(id, Math.max(this.lowest(id), partner ?? 0));
    }
    for (const id of newcomers.toReversed()) this.hangUnderUsers(id);
    this.sink();
    return this.rows;
  }

  /** The x at which a newcomer would like to sit: beside its counterpart, or amid its neighbours. */
  placeFor(id: number): number {
    const counterpart = this.counterpart(id);
    const seat = counterpart === null ? undefined : this.seats.get(counterpart);
    if (seat && Number.isFinite(seat.x)) return seat.x + 1;
    const { inputs, users } = this.node(id);
    const known = [...inputs, ...users].map(other => this.seats.get(other)?.x ?? NaN).filter(Number.isFinite);
    return known.length ? known.reduce((sum, x) => sum + x, 0) / known.length : NaN;
  }

  private node(id: number): Node {
    return this.frame.nodes.get(id)!;
  }

  private counterpart(id: number): number | null {
    if (!this.exchange || this.exchange.at === this.exchange.by) return null;
    if (id === this.exchange.by) return this.exchange.at;
    return id === this.exchange.at ? this.exchange.by : null;
  }

  private partnerRow(id: number): number | null {
    const counterpart = this.counterpart(id);
    return counterpart === null ? null : (this.seats.get(counterpart)?.row ?? null);
  }

  private rowOf(id: number): number {
    return this.rows.get(id) ?? this.seats.get(id)?.row ?? -1;
  }

  /** The first row below a node's operands. */
  private lowest(id: number): number {
    let low = 0;
    for (const input of this.node(id).inputs) low = Math.max(low, this.rowOf(input) + 1);
    return low;
  }

  /** Moves a newcomer down until it is just above its uppermost user. */
  private hangUnderUsers(id: number): void {
    if (this.partnerRow(id) !== null) return;
    const below = this.node(id)
      .users.map(user => this.rowOf(user))
      .filter(row => row >= 0);
    if (below.length) this.rows.set(id, Math.max(this.rowOf(id), Math.min(...below) - 1));
  }

  /** Lets every node sink that does not stand below its operands, and then its users. */
  private sink(): void {
    const queue = [...this.frame.nodes.keys()].filter(id => this.lowest(id) > this.rowOf(id));
    for (let next = 0; next < queue.length; next++) {
      const low = this.lowest(queue[next]);
      if (low <= this.rowOf(queue[next])) continue;
      this.rows.set(queue[next], low);
      for (const user of this.node(queue[next]).users) if (this.rowOf(user) <= low) queue.push(user);
    }
  }
}

/** Newcomers in an order in which operands stand before their users. */
export function operandsFirst(frame: Frame, newcomers: readonly number[]): number[] {
  const waiting = new Set(newcomers);
  const order: number[] = [];
  const stack = newcomers.toReversed();
  while (stack.length) {
    const id = stack[stack.length - 1];
    const missing = waiting.has(id) ? frame.nodes.get(id)!.inputs.filter(input => waiting.has(input)) : [];
    if (missing.length) {
      stack.push(...missing);
      continue;
    }
    stack.pop();
    if (waiting.delete(id)) order.push(id);
  }
  return order;
}
