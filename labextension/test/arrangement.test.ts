import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arrangement, type Picture } from '../src/core/arrangement';
import { GAP_X, MAX_SPAN } from '../src/core/layout';
import { Motion } from '../src/core/motion';
import { parseTrace } from '../src/core/parse';
import { Player, type Frame } from '../src/core/player';
import { fixture, median, synthetic } from './support';

/** Boxes of one row stand apart, edges lead down, and each edge finds its bends. */
function check(frame: Frame, { places, rows, bends }: Picture): void {
  assert.deepEqual(
    [...places.keys()].sort((a, b) => a - b),
    [...frame.nodes.keys()].sort((a, b) => a - b),
  );
  const sorted = [...places].sort(([, a], [, b]) => a.y - b.y || a.x - b.x);
  sorted.slice(1).forEach(([id, place], at) => {
    const [other, left] = sorted[at];
    const isApart = place.y > left.y || place.x - left.x >= (place.width + left.width) / 2 + GAP_X - 1e-6;
    assert.ok(isApart, `step ${frame.step}: nodes ${other} and ${id} overlap`);
  });
  for (const [id, { inputs }] of frame.nodes) {
    for (const input of inputs) {
      const span = rows.get(id)! - rows.get(input)!;
      assert.ok(span >= 1, `step ${frame.step}: the edge from ${input} to ${id} does not lead down`);
      const chain = bends.get(input) ?? [];
      for (const point of chain) assert.ok(Number.isFinite(point.x));
      if (span <= MAX_SPAN) assert.ok(chain.length >= span - 1);
    }
  }
}

function shifts(before: Picture, after: Picture): number[] {
  return [...after.places].flatMap(([id, place]) => {
    const old = before.places.get(id);
    return old ? [Math.hypot(place.x - old.x, place.y - old.y)] : [];
  });
}

for (const [nodes, steps, seed] of [
  [40, 60, 1],
  [40, 60, 2],
  [300, 250, 3],
  [300, 250, 4],
] as const) {
  test(`${nodes} nodes, seed ${seed}: every step is well drawn and what it left alone holds still`, () => {
    const trace = synthetic(nodes, steps, seed);
    const player = new Player(trace);
    const arrangement = new Arrangement();
    let picture = arrangement.show(player.frame);
    check(player.frame, picture);
    const medians: number[] = [];
    for (let step = 1; step <= steps; step++) {
      const next = arrangement.show(player.seek(step), trace.steps[step - 1]);
      check(player.frame, next);
      medians.push(median(shifts(picture, next)));
      picture = next;
    }
    console.log(
      `median shift of a node: ${median(medians).toFixed(1)} px, in the worst step ${Math.max(...medians).toFixed(1)} px`,
    );
    assert.ok(Math.max(...medians) < 50);
  });
}

test('back and forth: everything returns to its place', () => {
  const trace = synthetic(200, 40, 6);
  const player = new Player(trace);
  const arrangement = new Arrangement();
  arrangement.show(player.frame);
  for (let step = 1; step <= 20; step++) arrangement.show(player.seek(step), trace.steps[step - 1]);
  const there = arrangement.show(player.seek(20), trace.steps[19]);
  arrangement.show(player.seek(19), trace.steps[18]);
  const again = arrangement.show(player.seek(20), trace.steps[19]);
  assert.ok(median(shifts(there, again)) < 1);
});

test('what replaces a node sits in its row, what is gone stays', () => {
  const trace = parseTrace(fixture());
  const player = new Player(trace);
  const arrangement = new Arrangement();
  arrangement.show(player.frame);
  for (let step = 1; step <= 4; step++) arrangement.show(player.seek(step), trace.steps[step - 1]);
  const before = arrangement.show(player.frame);
  const after = arrangement.show(player.seek(5), trace.steps[4]);
  const [old, gone, added] = [before.places.get(9)!, after.places.get(9)!, after.places.get(21)!];
  assert.equal(added.y, gone.y);
  assert.ok(Math.abs(added.x - gone.x) < 130);
  assert.ok(Math.hypot(gone.x - old.x, gone.y - old.y) < 80);
});

test('a jump over many steps, and tidying, give good pictures too', () => {
  const trace = synthetic(300, 250, 5);
  const player = new Player(trace);
  const arrangement = new Arrangement();
  for (const step of [0, 250, 3, 130, 131, 0]) {
    check(player.seek(step), arrangement.show(player.frame, step ? trace.steps[step - 1] : null));
  }
  check(player.frame, arrangement.tidy(player.frame));
});

test('a step at 5000 nodes takes a small part of the first layout', () => {
  const trace = synthetic(5000, 120);
  const player = new Player(trace);
  const arrangement = new Arrangement();
  const start = performance.now();
  arrangement.show(player.frame);
  const cold = performance.now() - start;
  const times = trace.steps.map((step, at) => {
    const frame = player.seek(at + 1);
    const before = performance.now();
    arrangement.show(frame, step);
    return performance.now() - before;
  });
  console.log(
    `5000 nodes: first layout ${cold.toFixed(0)} ms, a step ${median(times).toFixed(1)} ms (median)`,
  );
  assert.ok(median(times) < cold / 4);
});

test('motion goes from where things are to where they will be', () => {
  const place = (x: number) => ({ x, y: 0, width: 10, height: 10, title: '', subtitle: '' });
  const picture = (x: number, bend: number): Picture => ({
    places: new Map([[1, place(x)]]),
    rows: new Map([[1, 0]]),
    bends: new Map([[1, [{ x: bend, y: 5 }]]]),
  });
  const motion = new Motion();
  motion.head(picture(0, 0));
  assert.equal(motion.place(1)!.x, 0);
  motion.progress = 1;
  motion.head(picture(100, 50));
  motion.progress = 0.5;
  assert.deepEqual([motion.place(1)!.x, motion.bends(1)[0].x], [50, 25]);
  motion.head(picture(0, 0));
  motion.progress = 0.5;
  assert.deepEqual([motion.place(1)!.x, motion.bends(1)[0].x], [25, 12.5]);
  assert.equal(motion.place(2), undefined);
});
