import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  BEND_WIDTH,
  GAP_X,
  GAP_Y,
  MAX_SPAN,
  isAcyclic,
  layout,
  spread,
  type Box,
  type Edge,
} from '../src/core/layout';
import { labelOf } from '../src/core/measure';
import { parseTrace } from '../src/core/parse';
import type { Trace } from '../src/core/trace';
import { dataPath, fixture, readData, synthetic } from './support';

interface Graph {
  readonly name: string;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

interface Stored {
  name: string;
  boxes: [number, number][];
  edges: Edge[];
  x: number[];
  y: number[];
  row: number[];
  routes: ([number, number][] | null)[];
  width: number;
  height: number;
}

interface LayoutData {
  labels: { node: number; title: string; subtitle: string; width: number; height: number }[];
  graphs: Stored[];
}

function graphOf(name: string, trace: Trace): Graph {
  const index = new Map(trace.nodes.map(({ id }, at) => [id, at]));
  const edges = trace.nodes.flatMap(({ inputs }, at) => inputs.map((input): Edge => [index.get(input)!, at]));
  return { name, boxes: trace.nodes.map(labelOf), edges };
}

/** A chain with a jump from its head to its end, an edge of exactly MAX_SPAN rows, and a diamond at its side. */
function chain(): Graph {
  const boxes = Array.from({ length: 14 }, (_, at) => ({ width: 60 + 10 * (at % 3), height: 38 }));
  const along = Array.from({ length: 10 }, (_, at): Edge => [at, at + 1]);
  return {
    name: 'chain',
    boxes,
    edges: [...along, [0, 10], [1, 1 + MAX_SPAN], [3, 11], [3, 12], [11, 13], [12, 13], [13, 10]],
  };
}

const graphs = (): Graph[] => [
  graphOf('fixture', parseTrace(fixture())),
  chain(),
  graphOf('synthetic', synthetic(60, 0, 5)),
];

const round = (value: number): number => Math.round(value * 100) / 100;

function stored({ name, boxes, edges }: Graph): Stored {
  const { x, y, row, routes, width, height } = layout(boxes, edges);
  return {
    name,
    boxes: boxes.map(box => [round(box.width), box.height]),
    edges: [...edges],
    x: x.map(round),
    y: y.map(round),
    row: [...row],
    routes: routes.map(route => route && route.map(point => [round(point.x), round(point.y)])),
    width: round(width),
    height: round(height),
  };
}

function layoutData(): LayoutData {
  const { nodes, steps } = parseTrace(fixture());
  const records = [...nodes, ...steps.flatMap(step => step.added)];
  const labels = records.map(record => {
    const { title, subtitle, width, height } = labelOf(record);
    return { node: record.id, title, subtitle, width: round(width), height };
  });
  return { labels, graphs: graphs().map(stored) };
}

/** One record a line, so that changes can be read. */
function asText({ labels, graphs }: LayoutData): string {
  const lines = labels.map(label => `    ${JSON.stringify(label)}`).join(',\n');
  const drawn = graphs.map(graph => {
    const fields = Object.entries(graph).map(([name, value]) => `      "${name}": ${JSON.stringify(value)}`);
    return `    {\n${fields.join(',\n')}\n    }`;
  });
  return `{\n  "labels": [\n${lines}\n  ],\n  "graphs": [\n${drawn.join(',\n')}\n  ]\n}\n`;
}

test('labels and coordinates are those of the stored data (UPDATE=1 stores them anew)', () => {
  if (process.env['UPDATE']) writeFileSync(dataPath('layout_v1.json'), asText(layoutData()));
  assert.deepEqual(layoutData(), readData<LayoutData>('layout_v1.json'));
});

for (const graph of [...graphs(), graphOf('synthetic 800', synthetic(800, 0, 2))]) {
  test(`${graph.name}: edges lead down, boxes and bends keep apart, bends stand in rows`, () => {
    const { x, y, row, routes } = layout(graph.boxes, graph.edges);
    graph.edges.forEach(([from, to], at) => {
      assert.ok(row[from] < row[to] && y[from] < y[to]);
      const span = row[to] - row[from];
      assert.equal(routes[at]?.length ?? null, span > MAX_SPAN ? null : span - 1);
    });
    const items = [
      ...graph.boxes.map(({ width }, at) => ({ x: x[at], y: y[at], width })),
      ...bendsOf(routes.flatMap(route => route ?? [])),
    ].sort((a, b) => a.y - b.y || a.x - b.x);
    items.slice(1).forEach((item, at) => {
      const left = items[at];
      const gap = item.width === BEND_WIDTH && left.width === BEND_WIDTH ? GAP_X / 2 : GAP_X;
      if (left.y === item.y) assert.ok(item.x - left.x >= (item.width + left.width) / 2 + gap - 1e-6);
    });
  });
}

/** Edges from one node share their bends: each counts once. */
function bendsOf(points: readonly { x: number; y: number }[]): { x: number; y: number; width: number }[] {
  const unique = new Map(points.map(point => [`${point.x},${point.y}`, point]));
  return [...unique.values()].map(point => ({ ...point, width: BEND_WIDTH }));
}

test('the same graph gives the same drawing', () => {
  const { boxes, edges } = graphOf('again', synthetic(300, 0, 7));
  assert.deepEqual(layout(boxes, edges), layout(boxes, edges));
});

test('no box, one box, boxes without edges', () => {
  const box = { width: 50, height: 38 };
  assert.deepEqual(layout([], []), { x: [], y: [], row: [], routes: [], width: 0, height: 0 });
  assert.deepEqual(layout([box], []), { x: [25], y: [19], row: [0], routes: [], width: 50, height: 38 });
  assert.deepEqual(layout([box, box], []).x, [25, 75 + GAP_X]);
  assert.deepEqual(layout([box, box], [[0, 1]]).y, [19, 57 + GAP_Y]);
});

test('a tree is drawn without crossings, an operand keeps its side', () => {
  const box = { width: 50, height: 38 };
  const boxes = Array.from({ length: 7 }, () => box);
  const { x } = layout(boxes, [
    [0, 4],
    [1, 4],
    [2, 5],
    [3, 5],
    [4, 6],
    [5, 6],
  ]);
  assert.deepEqual(
    [...x.slice(0, 4)].sort((a, b) => a - b),
    x.slice(0, 4),
  );
  assert.ok(x[4] < x[5]);
});

test('a cycle is named', () => {
  const box = { width: 50, height: 38 };
  assert.equal(
    isAcyclic(2, [
      [0, 1],
      [1, 0],
    ]),
    false,
  );
  assert.throws(
    () =>
      layout(
        [box, box],
        [
          [0, 1],
          [1, 0],
        ],
      ),
    /cycle/,
  );
});

test('a chain of 20,000 nodes is laid out without recursion', () => {
  const boxes = Array.from({ length: 20_000 }, () => ({ width: 50, height: 38 }));
  const edges = boxes.slice(1).map((_, at): Edge => [at, at + 1]);
  const { row, x } = layout(boxes, edges);
  assert.equal(row[19_999], 19_999);
  assert.ok(x.every(value => value === 25));
});

test('spread keeps goals that fit and shares what does not', () => {
  const goal = (x: number, weight = 1) => ({ x, weight });
  assert.deepEqual(spread([goal(0), goal(100)], [0, 50]), [0, 100]);
  assert.deepEqual(spread([goal(10), goal(10)], [0, 50]), [-15, 35]);
  assert.deepEqual(spread([goal(10, 4), goal(10)], [0, 50]), [0, 50]);
});
