/** What the tests share: the fixture, synthetic traces, and a naive replay to compare with. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTrace } from '../src/core/parse';
import type { Frame } from '../src/core/player';
import type { Trace } from '../src/core/trace';
import './synthetic.js';

declare const DATA: string;
declare function syntheticTrace(nodes: number, steps: number, seed?: number): TraceJson;

/** The parts of a trace's JSON that tests change. */
export interface TraceJson {
  version: number;
  strings: string[];
  nodes: unknown[][];
  outputs: unknown[][];
  passes: unknown[][];
  steps: Record<string, unknown>[];
  [name: string]: unknown;
}

export const dataPath = (name: string): string => path.join(DATA, name);

export function readData<T>(name: string): T {
  return JSON.parse(readFileSync(dataPath(name), 'utf8')) as T;
}

/** A fresh copy of the fixture. */
export const fixture = (): TraceJson => readData<TraceJson>('trace_v1.json');

export const synthetic = (nodes: number, steps: number, seed = 1): Trace =>
  parseTrace(syntheticTrace(nodes, steps, seed));

/** The graph after some steps, by doing what the steps say, one after the other. */
export function replay(
  trace: Trace,
  steps: number,
): { nodes: [number, string, number[]][]; outputs: [string, number][] } {
  const nodes = new Map(trace.nodes.map(({ id, op, inputs }) => [id, { op, inputs: inputs.slice() }]));
  const outputs = trace.outputs.map(({ label, id }): [string, number] => [label, id]);
  for (const step of trace.steps.slice(0, steps)) {
    for (const { id, op, inputs } of step.added) nodes.set(id, { op, inputs: inputs.slice() });
    for (const { node, slot, input } of step.rewired) nodes.get(node)!.inputs[slot] = input;
    for (const { position, id } of step.outputs) outputs[position][1] = id;
    for (const id of step.deleted) nodes.delete(id);
  }
  const rows = [...nodes].map(([id, { op, inputs }]): [number, string, number[]] => [id, op, inputs]);
  return { nodes: rows.sort((a, b) => a[0] - b[0]), outputs };
}

/** A frame in the form of `replay`, without what is gone. */
export function living(frame: Frame): ReturnType<typeof replay> {
  const alive = [...frame.nodes.values()].filter(node => node.change !== 'gone');
  const rows = alive.map(({ record, inputs }): [number, string, number[]] => [
    record.id,
    record.op,
    [...inputs],
  ]);
  return {
    nodes: rows.sort((a, b) => a[0] - b[0]),
    outputs: frame.outputs.map(({ label, id }): [string, number] => [label, id]),
  };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
