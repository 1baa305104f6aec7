/**
 * The layered layout: a pure function from boxes and edges to coordinates.
 *
 * It reads no clock, no random numbers and no fonts, uses + - * / and stable sorts alone, and so gives the same numbers
 * in every language (tests/data/layout_v1.json holds some). Four parts, each a function:
 *   1. assignRows: every node one row below its lowest operand, then moved towards the side where it has more edges.
 *   2. addBends: an edge over several rows gets a bend in each row between; edges from one node share their bends.
 *      An edge over more than MAX_SPAN rows is a jump: it gets no bends and no say in what follows.
 *   3. orderRows: left to right by depth first search, then by sweeps that sort each row by its neighbours' mean place.
 *   4. placeRows: horizontal places, row by row, as near as possible to the neighbours' mean without overlap.
 */

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** From and to, as indices of boxes; the edges of one reader stand in the order of its operands. */
export type Edge = readonly [number, number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Drawing {
  /** Centres of the boxes. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly row: readonly number[];
  /** For each edge its bends, from top to bottom; null for a jump. */
  readonly routes: readonly (readonly Point[] | null)[];
  readonly width: number;
  readonly height: number;
}

/** Where a box was in the picture before, if it was there. */
export type Former = readonly (number | null)[];

export const GAP_X = 26;
export const GAP_Y = 40;
export const BEND_WIDTH = 10;
export const MAX_SPAN = 8;
const SWEEPS = 8;
const PLACING_ROUNDS = 6;
const FORMER_WEIGHT = 3;

/** What stands in rows: first the boxes, then the bends. */
interface Items {
  readonly boxes: number;
  readonly width: number[];
  readonly row: number[];
  /** Neighbours one row above and one row below. */
  readonly above: number[][];
  readonly below: number[][];
  /** For each box: itself and then its bends, downwards. */
  readonly chains: number[][];
}

/** Lays out an acyclic graph; boxes with a former x keep, as far as they can, their order and their place. */
export function layout(boxes: readonly Box[], edges: readonly Edge[], former?: Former): Drawing {
  const row = assignRows(boxes.length, edges);
  const items = addBends(boxes, edges, row);
  const rows = orderRows(items, former);
  const x = placeRows(items, rows, former);
  return draw(boxes, edges, items, x);
}

// Part 1

/** The row of each node. */
export function assignRows(count: number, edges: readonly Edge[]): number[] {
  const { inputs, users, order } = sorted(count, edges);
  if (order.length < count) throw new Error('the graph has a cycle');
  const row = new Array<number>(count).fill(0);
  const highest = (node: number): number =>
    inputs[node].reduce((low, input) => Math.max(low, row[input] + 1), 0);
  const lowest = (node: number): number =>
    users[node].reduce((high, user) => Math.min(high, row[user] - 1), Infinity);
  for (const node of order) row[node] = highest(node);
  for (let round = 0; round < 2; round++) {
    for (const node of order.toReversed())
      if (inputs[node].length < users[node].length) row[node] = lowest(node);
    for (const node of order) if (inputs[node].length > users[node].length) row[node] = highest(node);
  }
  const used = [...new Set(row)].sort((a, b) => a - b);
  const renumbered = new Map(used.map((old, index) => [old, index]));
  return row.map(old => renumbered.get(old)!);
}

/** The operands and users of each node, and the nodes in an order in which operands come first; cycles are left out. */
function sorted(
  count: number,
  edges: readonly Edge[],
): { inputs: number[][]; users: number[][]; order: number[] } {
  const inputs: number[][] = Array.from({ length: count }, () => []);
  const users: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    users[from].push(to);
    inputs[to].push(from);
  }
  const waiting = inputs.map(list => list.length);
  const order = [...waiting.keys()].filter(node => waiting[node] === 0);
  for (let next = 0; next < order.length; next++) {
    for (const user of users[order[next]]) if (--waiting[user] === 0) order.push(user);
  }
  return { inputs, users, order };
}

export function isAcyclic(count: number, edges: readonly Edge[]): boolean {
  return sorted(count, edges).order.length === count;
}

// Part 2

function addBends(boxes: readonly Box[], edges: readonly Edge[], row: readonly number[]): Items {
  const items: Items = {
    boxes: boxes.length,
    width: boxes.map(box => box.width),
    row: row.slice(),
    above: boxes.map(() => []),
    below: boxes.map(() => []),
    chains: boxes.map((_, node) => [node]),
  };
  const routed = edges.filter(([from, to]) => row[to] - row[from] <= MAX_SPAN);
  for (const [from, to] of routed) {
    const chain = items.chains[from];
    while (chain.length < row[to] - row[from]) chain.push(addBend(items, chain[chain.length - 1]));
  }
  for (const [from, to] of routed) link(items, items.chains[from][row[to] - row[from] - 1], to);
  return items;
}

function addBend(items: Items, upper: number): number {
  const bend = items.width.push(BEND_WIDTH) - 1;
  items.row.push(items.row[upper] + 1);
  items.above.push([]);
  items.below.push([]);
  link(items, upper, bend);
  return bend;
}

function link(items: Items, upper: number, lower: number): void {
  items.below[upper].push(lower);
  items.above[lower].push(upper);
}

// Part 3

/** The items of each row from left to right, with the fewest crossings that the sweeps met. */
function orderRows(items: Items, former?: Former): number[][] {
  const key = former ? orderBefore(items, former) : orderOfVisit(items);
  const rows: number[][] = [];
  items.row.forEach((row, item) => (rows[row] ??= []).push(item));
  const place = new Array<number>(key.length).fill(0);
  const sort = (row: number[]): void => {
    row.sort((a, b) => key[a] - key[b]).forEach((item, at) => (place[item] = at));
  };
  rows.forEach(sort);
  let best = rows.map(row => row.slice());
  let fewest = countCrossings(items, rows, place);
  const sweeps = former ? 2 : SWEEPS;
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const neighbours = sweep % 2 ? items.below : items.above;
    for (const row of sweep % 2 ? rows.toReversed() : rows) {
      for (const item of row) key[item] = mean(neighbours[item], place) ?? place[item];
      sort(row);
    }
    const crossings = countCrossings(items, rows, place);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = rows.map(row => row.slice());
  }
  return best;
}

function mean(items: readonly number[], value: readonly number[]): number | null {
  let sum = 0;
  for (const item of items) sum += value[item];
  return items.length ? sum / items.length : null;
}

/** Numbers the items as a walk from the outputs to the inputs, operand by operand, meets them. */
function orderOfVisit(items: Items): number[] {
  const number = new Array<number>(items.row.length).fill(-1);
  let count = 0;
  for (let root = 0; root < items.boxes; root++) {
    if (items.below[root].length) continue;
    const stack = [root];
    while (stack.length) {
      const item = stack.pop()!;
      if (number[item] >= 0) continue;
      number[item] = count++;
      for (const upper of items.above[item].toReversed()) stack.push(upper);
    }
  }
  return number;
}

/** Former places as sort keys; what is new takes the mean of its known neighbours. */
function orderBefore(items: Items, former: Former): number[] {
  const key = items.row.map((_, item) => former[item] ?? NaN);
  for (let round = 0; round < MAX_SPAN; round++) {
    for (const item of [...key.keys()].filter(item => Number.isNaN(key[item]))) {
      const known = [...items.above[item], ...items.below[item]].filter(other => !Number.isNaN(key[other]));
      key[item] = mean(known, key) ?? NaN;
    }
  }
  return key.map(value => (Number.isNaN(value) ? 0 : value));
}

/** Crossings of edges between neighbouring rows, counted by a Fenwick tree. */
function countCrossings(items: Items, rows: readonly number[][], place: readonly number[]): number {
  let crossings = 0;
  for (let row = 0; row + 1 < rows.length; row++) {
    const tree = new Array<number>(rows[row + 1].length + 1).fill(0);
    for (const item of rows[row].toReversed()) {
      for (const end of items.below[item]) for (let k = place[end]; k > 0; k -= k & -k) crossings += tree[k];
      for (const end of items.below[item])
        for (let k = place[end] + 1; k < tree.length; k += k & -k) tree[k]++;
    }
  }
  return crossings;
}

// Part 4

/** Rows take their places in turn, down and up again, each as near to its neighbours as its order allows. */
function placeRows(items: Items, rows: readonly number[][], former?: Former): number[] {
  const x = new Array<number>(items.width.length).fill(0);
  const offsets = rows.map(row => offsetsOf(row.map(item => items.width[item])));
  rows.forEach((row, at) =>
    row.forEach((item, k) => (x[item] = offsets[at][k] - offsets[at][row.length - 1] / 2)),
  );
  const place = (at: number, up: boolean, down: boolean): void => {
    const goals = rows[at].map(item => goalOf(items, item, x, up, down, former?.[item] ?? null));
    spread(goals, offsets[at]).forEach((value, k) => (x[rows[at][k]] = value));
  };
  for (let round = 0; round < PLACING_ROUNDS; round++) {
    for (let row = 1; row < rows.length; row++) place(row, true, round > 1);
    for (let row = rows.length - 2; row >= 0; row--) place(row, round > 1, true);
  }
  return x;
}

/** A wish for a place: where, and how much it weighs. */
export interface Goal {
  readonly x: number;
  readonly weight: number;
}

/** The mean of an item's neighbours; bends pull hard on each other, so that long edges run straight. */
function goalOf(
  items: Items,
  item: number,
  x: readonly number[],
  up: boolean,
  down: boolean,
  former: number | null,
): Goal {
  let sum = 0;
  let weight = 0;
  for (const other of [...(up ? items.above[item] : []), ...(down ? items.below[item] : [])]) {
    const ends = (item < items.boxes ? 1 : 0) + (other < items.boxes ? 1 : 0);
    const pull = [8, 2, 1][ends];
    sum += x[other] * pull;
    weight += pull;
  }
  const goal = weight ? { x: sum / weight, weight } : { x: x[item], weight: 0.1 };
  if (former === null) return goal;
  return {
    x: (goal.x + FORMER_WEIGHT * former) / (1 + FORMER_WEIGHT),
    weight: (1 + FORMER_WEIGHT) * goal.weight,
  };
}

/** Distances of the centres of a row's items from the first one, when they stand as close as they may. */
export function offsetsOf(widths: readonly number[]): number[] {
  let offset = 0;
  return widths.map((width, at) => {
    if (at === 0) return 0;
    const bothBends = width === BEND_WIDTH && widths[at - 1] === BEND_WIDTH;
    offset += (width + widths[at - 1]) / 2 + (bothBends ? GAP_X / 2 : GAP_X);
    return offset;
  });
}

/**
 * The places nearest to the goals (weighted least squares) that keep the order and the distances of `offsets`: isotonic
 * regression, which pools neighbours that press on each other into blocks.
 */
export function spread(goals: readonly Goal[], offsets: readonly number[]): number[] {
  const blocks: { sum: number; weight: number; size: number }[] = [];
  goals.forEach(({ x, weight }, at) => {
    const block = { sum: (x - offsets[at]) * weight, weight, size: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.weight > block.sum / block.weight;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block.sum += last.sum;
      block.weight += last.weight;
      block.size += last.size;
    }
    blocks.push(block);
  });
  const starts = blocks.flatMap(({ sum, weight, size }) => new Array<number>(size).fill(sum / weight));
  return starts.map((start, at) => start + offsets[at]);
}

// The result

/** Moves the drawing to the origin and reads the edges' bends off the chains; all rows are equally high. */
function draw(boxes: readonly Box[], edges: readonly Edge[], items: Items, x: readonly number[]): Drawing {
  const left = x.reduce((least, value, item) => Math.min(least, value - items.width[item] / 2), Infinity);
  const right = x.reduce((most, value, item) => Math.max(most, value + items.width[item] / 2), -Infinity);
  const height = boxes.reduce((most, box) => Math.max(most, box.height), 0);
  const y = (item: number): number => height / 2 + items.row[item] * (height + GAP_Y);
  const routes = edges.map(([from, to]) => {
    const span = items.row[to] - items.row[from];
    if (span > MAX_SPAN) return null;
    return items.chains[from].slice(1, span).map(bend => ({ x: x[bend] - left, y: y(bend) }));
  });
  return {
    x: boxes.map((_, node) => x[node] - left),
    y: boxes.map((_, node) => y(node)),
    row: items.row.slice(0, boxes.length),
    routes,
    width: boxes.length ? right - left : 0,
    height: boxes.reduce((most, _, node) => Math.max(most, y(node) + height / 2), 0),
  };
}
