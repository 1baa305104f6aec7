/**
 * The places of the nodes, kept from step to step: only what a step touched is laid out anew.
 *
 * The first picture, and one that has little in common with the last, comes from `layout`. Otherwise every node keeps
 * its seat: newcomers sit down near what they replace or read, a row moves apart where it must, nodes sink where a new
 * operand stands too low, and rows that have become empty close. What a step removed stays seated for that step, so
 * that before and after are one picture.
 */

import {
  BEND_WIDTH,
  GAP_Y,
  MAX_SPAN,
  isAcyclic,
  layout,
  offsetsOf,
  spread,
  type Edge,
  type Point,
} from './layout';
import { BOX_HEIGHT, labelOf, type Label } from './measure';
import type { Frame } from './player';
import { Seating, operandsFirst, type Exchange } from './seating';

/** Beyond this share of newcomers the whole picture is laid out anew. */
const MANY_NEWCOMERS = 0.35;
/** So is a picture that has become this much wider, or emptier, than when it was last laid out. */
const LOOSE = 2;
const KEPT_WEIGHT = 12;
/** A bend stays where it is while the ends of its edges move less than this. */
const STEADY = 10;

export interface Place extends Point, Label {}

/** Where everything stands after a step. */
export interface Picture {
  readonly places: ReadonlyMap<number, Place>;
  /** The row of each node: an edge over n rows follows the first n - 1 bends of its source. */
  readonly rows: ReadonlyMap<number, number>;
  readonly bends: ReadonlyMap<number, readonly Point[]>;
}

/** A place in a row, a node's or a bend's. */
interface Seat {
  readonly width: number;
  readonly label: Label | null;
  row: number;
  x: number;
  /** Of a bend: where it would be on a straight line between the ends of its edges, when it was seated. */
  goal: number;
}

export class Arrangement {
  private rows: Seat[][] = [];
  private seats = new Map<number, Seat>();
  private chains = new Map<number, Seat[]>();
  private readonly formerX = new Map<number, number>();
  private origin = { x: 0, y: 0 };
  private full = { width: 0, nodes: 0 };

  /** Arranges a frame, as near to the picture before as it can; `exchange` tells what the frame's step replaced. */
  show(frame: Frame, exchange: Exchange | null = null): Picture {
    const before = this.positions();
    const newcomers = [...frame.nodes.keys()].filter(id => !this.seats.has(id));
    if (newcomers.length > MANY_NEWCOMERS * frame.nodes.size) this.layOut(frame);
    else this.adapt(frame, newcomers, exchange);
    if (this.isLoose()) this.layOut(frame);
    this.holdStill(before);
    return this.picture();
  }

  /** Lays out the whole frame anew, near to where its nodes were. */
  tidy(frame: Frame): Picture {
    const before = this.positions();
    this.layOut(frame);
    this.holdStill(before);
    return this.picture();
  }

  // The whole picture

  private layOut(frame: Frame): void {
    const ids = [...frame.nodes.keys()];
    const index = new Map(ids.map((id, at) => [id, at]));
    const labels = ids.map(id => labelOf(frame.nodes.get(id)!.record));
    const edges = ids.flatMap((id, at) =>
      frame.nodes.get(id)!.inputs.map((from): Edge => [index.get(from)!, at]),
    );
    const lost = frame.lost.map(({ from, to }): Edge => [index.get(from)!, index.get(to)!]);
    if (isAcyclic(ids.length, [...edges, ...lost])) edges.push(...lost);
    const previous = this.seats.size ? ids.map(id => this.seats.get(id)?.x ?? null) : undefined;
    const drawing = layout(labels, edges, previous);
    this.rows = [];
    this.chains = new Map();
    this.seats = new Map(
      ids.map((id, at) => [id, this.sit(drawing.row[at], drawing.x[at], labels[at].width, labels[at])]),
    );
    edges.forEach(([from], at) => this.keepRoute(ids[from], drawing.routes[at] ?? []));
    this.rows.forEach(sortRow);
    for (const [id, { users }] of frame.nodes) this.aimBends(id, users, () => undefined);
    this.full = { width: drawing.width, nodes: ids.length };
  }

  private keepRoute(from: number, route: readonly Point[]): void {
    const chain = this.chainOf(from);
    const { row } = this.seats.get(from)!;
    for (const { x } of route.slice(chain.length))
      chain.push(this.sit(row + chain.length + 1, x, BEND_WIDTH, null));
  }

  private isLoose(): boolean {
    const wide = widthOf(this.rows) > LOOSE * this.full.width + 400;
    return wide || this.seats.size * LOOSE < this.full.nodes;
  }

  // What a step touched

  private adapt(frame: Frame, newcomers: readonly number[], exchange: Exchange | null): void {
    for (const id of [...this.seats.keys()]) if (!frame.nodes.has(id)) this.dismiss(id);
    const order = operandsFirst(frame, newcomers);
    const seating = new Seating(frame, this.seats, exchange);
    const moved = new Set<Seat>();
    for (const [id, row] of seating.rowsFor(order)) moved.add(this.seatIn(frame, id, row));
    this.placeNewcomers(order, seating);
    this.closeEmptyRows();
    const fresh = new Set(order.map(id => this.seats.get(id)!));
    for (const [id, { users }] of frame.nodes) {
      this.fitChain(id, users);
      this.aimBends(id, users, (bend, goal) => {
        bend.x = goal;
        fresh.add(bend);
        moved.add(bend);
      });
    }
    const dirty = new Set([...moved].map(seat => seat.row));
    for (const row of dirty) moveApart(this.rows[row], fresh);
  }

  /** Lets a node sit in a row, a newcomer where it once was if it has been here before. */
  private seatIn(frame: Frame, id: number, row: number): Seat {
    const known = this.seats.get(id);
    if (known) {
      this.leave(known);
      known.row = row;
      this.rowAt(row).push(known);
      return known;
    }
    const label = labelOf(frame.nodes.get(id)!.record);
    const seat = this.sit(row, this.formerX.get(id) ?? NaN, label.width, label);
    this.seats.set(id, seat);
    return seat;
  }

  /** Gives every newcomer an x: operands first, then those that only their users can place. */
  private placeNewcomers(order: readonly number[], seating: Seating): void {
    for (const id of [...order, ...order.toReversed()]) {
      const seat = this.seats.get(id)!;
      if (Number.isNaN(seat.x)) seat.x = seating.placeFor(id);
    }
    for (const id of order) this.seats.get(id)!.x ||= 0;
  }

  private dismiss(id: number): void {
    const seat = this.seats.get(id)!;
    this.formerX.set(id, seat.x);
    for (const gone of [seat, ...this.chainOf(id)]) this.leave(gone);
    this.seats.delete(id);
    this.chains.delete(id);
  }

  private sit(row: number, x: number, width: number, label: Label | null): Seat {
    const seat = { row, x, width, label, goal: x };
    this.rowAt(row).push(seat);
    return seat;
  }

  private rowAt(row: number): Seat[] {
    while (this.rows.length <= row) this.rows.push([]);
    return this.rows[row];
  }

  private leave(seat: Seat): void {
    const row = this.rows[seat.row];
    row.splice(row.indexOf(seat), 1);
  }

  private chainOf(id: number): Seat[] {
    let chain = this.chains.get(id);
    if (!chain) this.chains.set(id, (chain = []));
    return chain;
  }

  /** Gives a node one bend for each row that its longest edge, jumps aside, passes. */
  private fitChain(id: number, users: readonly number[]): void {
    const seat = this.seats.get(id)!;
    let span = 1;
    for (const user of users) {
      const rows = this.seats.get(user)!.row - seat.row;
      if (rows > span && rows <= MAX_SPAN) span = rows;
    }
    const chain = this.chains.get(id) ?? [];
    if (chain.length === span - 1 && (!chain.length || chain[0].row === seat.row + 1)) return;
    const known = new Map(chain.map(bend => [bend.row, bend]));
    const fitted: Seat[] = [];
    for (let row = seat.row + 1; row < seat.row + span; row++) {
      fitted.push(known.get(row) ?? this.sit(row, NaN, BEND_WIDTH, null));
      known.delete(row);
    }
    for (const bend of known.values()) this.leave(bend);
    this.chains.set(id, fitted);
  }

  /** Finds the bends of a node whose edges now end elsewhere, and where they should be. */
  private aimBends(id: number, users: readonly number[], moved: (bend: Seat, goal: number) => void): void {
    const chain = this.chains.get(id);
    if (!chain?.length) return;
    const seat = this.seats.get(id)!;
    const ends = users.map(user => this.seats.get(user)!).filter(end => end.row - seat.row <= MAX_SPAN);
    for (const bend of chain) {
      const below = ends.filter(end => end.row > bend.row);
      if (!below.length) continue;
      let sum = 0;
      for (const end of below)
        sum += seat.x + ((end.x - seat.x) * (bend.row - seat.row)) / (end.row - seat.row);
      const goal = sum / below.length;
      if (Math.abs(goal - bend.goal) < STEADY) continue;
      moved(bend, goal);
      bend.goal = goal;
    }
  }

  private closeEmptyRows(): void {
    const kept = this.rows.filter(row => row.some(seat => seat.label));
    if (kept.length === this.rows.length) return;
    const closed = new Set(this.rows.filter(row => !row.some(seat => seat.label)).flat());
    for (const [id, chain] of this.chains) {
      if (chain.some(bend => closed.has(bend)))
        this.chains.set(
          id,
          chain.filter(bend => !closed.has(bend)),
        );
    }
    this.rows = kept;
    kept.forEach((row, at) => row.forEach(seat => (seat.row = at)));
  }

  // Coordinates

  private y(row: number): number {
    return this.origin.y + row * (BOX_HEIGHT + GAP_Y);
  }

  private positions(): Map<number, Point> {
    const points = new Map<number, Point>();
    for (const [id, seat] of this.seats) points.set(id, { x: this.origin.x + seat.x, y: this.y(seat.row) });
    return points;
  }

  /** Moves the whole picture so that the median node that was there before does not move. */
  private holdStill(before: ReadonlyMap<number, Point>): void {
    const x: number[] = [];
    const y: number[] = [];
    for (const [id, seat] of this.seats) {
      const point = before.get(id);
      if (!point) continue;
      x.push(point.x - this.origin.x - seat.x);
      y.push(point.y - this.y(seat.row));
    }
    this.origin = { x: this.origin.x + median(x), y: this.origin.y + median(y) };
  }

  private picture(): Picture {
    const place = ({ row, x, label }: Seat): Place => ({ ...label!, x: this.origin.x + x, y: this.y(row) });
    const places = new Map<number, Place>();
    const rows = new Map<number, number>();
    for (const [id, seat] of this.seats) {
      places.set(id, place(seat));
      rows.set(id, seat.row);
    }
    const bends = new Map<number, Point[]>();
    for (const [id, chain] of this.chains) {
      if (chain.length)
        bends.set(
          id,
          chain.map(({ row, x }) => ({ x: this.origin.x + x, y: this.y(row) })),
        );
    }
    return { places, rows, bends };
  }
}

function sortRow(row: Seat[]): void {
  row.sort((a, b) => a.x - b.x);
}

/** Puts a row in order and moves its seats apart; those that were there before hardly move. */
function moveApart(row: Seat[], fresh: ReadonlySet<Seat>): void {
  sortRow(row);
  const goals = row.map(seat => ({ x: seat.x, weight: fresh.has(seat) ? 1 : KEPT_WEIGHT }));
  spread(goals, offsetsOf(row.map(seat => seat.width))).forEach((x, at) => (row[at].x = x));
}

function widthOf(rows: readonly Seat[][]): number {
  let left = Infinity;
  let right = -Infinity;
  for (const seat of rows.flat()) {
    left = Math.min(left, seat.x);
    right = Math.max(right, seat.x);
  }
  return right - left;
}

function median(values: number[]): number {
  return values.length ? values.sort((a, b) => a - b)[values.length >> 1] : 0;
}
