/** Walks through the steps of a trace, in both directions and at random, one picture (Frame) at a time. */

import { History } from './history';
import type { NodeRecord, Output, Pass, Step, Trace } from './trace';

/** What the last step did to a node. */
export type Change = 'kept' | 'new' | 'gone';

export interface Node {
  readonly record: NodeRecord;
  readonly change: Change;
  /** The operands now; for a node that is gone, the last ones. */
  readonly inputs: readonly number[];
  /** The nodes that read this one: those that live, then those that are gone. */
  readonly users: readonly number[];
}

/** An edge of the graph before the step that the step took away, although the reader lives. */
export interface LostEdge {
  readonly from: number;
  readonly to: number;
  readonly slot: number;
}

/** The graph after a step, together with what that step removed. */
export interface Frame {
  readonly step: number;
  readonly nodes: ReadonlyMap<number, Node>;
  readonly outputs: readonly Output[];
  /** Operand slots that now read another node: "node/slot". */
  readonly rewired: ReadonlySet<string>;
  readonly lost: readonly LostEdge[];
  /** The number of nodes that live, without those that are gone. */
  readonly alive: number;
}

export const slotKey = (node: number, slot: number): string => `${node}/${slot}`;

export class Player {
  readonly history: History;
  private current: Frame;

  constructor(readonly trace: Trace) {
    this.history = new History(trace);
    this.current = this.frameAt(0);
  }

  get frame(): Frame {
    return this.current;
  }

  /** The number of steps that have been made. */
  get at(): number {
    return this.current.step;
  }

  get last(): number {
    return this.trace.steps.length;
  }

  /** The step that led here; null at the graph as written. */
  get step(): Step | null {
    return this.at ? this.trace.steps[this.at - 1] : null;
  }

  /** Goes to the graph after `step` steps, clamped to what there is. */
  seek(step: number): Frame {
    const wanted = Math.max(0, Math.min(this.last, Math.round(step)));
    if (wanted !== this.at) this.current = this.frameAt(wanted);
    return this.current;
  }

  /** The pass that made a step (numbered from 1); null for the graph as written. */
  passOf(step: number): Pass | null {
    return this.trace.passes.find(pass => pass.first < step && step <= pass.first + pass.count) ?? null;
  }

  /** Where `J` leads: the end of the pass under way, or of the next one. */
  nextPassEnd(): number {
    const ends = this.trace.passes.map(pass => pass.first + pass.count);
    return ends.find(end => end > this.at) ?? this.last;
  }

  /** Where `K` leads: the start of the pass under way, or of the one before. */
  previousPassStart(): number {
    const starts = this.trace.passes.filter(pass => pass.count > 0).map(pass => pass.first);
    return starts.reverse().find(start => start < this.at) ?? 0;
  }

  /** The picture after `step` steps; depends on nothing else. */
  frameAt(step: number): Frame {
    const { history } = this;
    const records = history.present(step);
    const users = new Map<number, number[]>(records.map(record => [record.id, []]));
    const drafts = records.map(record => {
      const gone = history.death(record.id) === step;
      const change: Change = gone ? 'gone' : step > 0 && history.birth(record.id) === step ? 'new' : 'kept';
      return { record, change, inputs: history.inputsAt(record.id, step), users: users.get(record.id)! };
    });
    const gone = drafts.filter(node => node.change === 'gone');
    const alive = drafts.filter(node => node.change !== 'gone');
    for (const node of [...alive, ...gone]) addUser(node, users);
    const nodes = new Map(drafts.map(node => [node.record.id, node]));
    return {
      step,
      nodes,
      outputs: history.outputsAt(step),
      alive: alive.length,
      ...this.rewiringsOf(step, nodes),
    };
  }

  private rewiringsOf(step: number, nodes: ReadonlyMap<number, Node>): Pick<Frame, 'rewired' | 'lost'> {
    const rewired = new Set<string>();
    const lost: LostEdge[] = [];
    const rewires = step ? this.trace.steps[step - 1].rewired : [];
    for (const { node, slot } of rewires) {
      const reader = nodes.get(node);
      if (!reader || reader.change !== 'kept' || rewired.has(slotKey(node, slot))) continue;
      const before = this.history.inputsAt(node, step - 1)[slot];
      if (before === reader.inputs[slot]) continue;
      rewired.add(slotKey(node, slot));
      if (nodes.has(before)) lost.push({ from: before, to: node, slot });
    }
    return { rewired, lost };
  }
}

function addUser(node: Node, users: ReadonlyMap<number, number[]>): void {
  for (const input of node.inputs) {
    const known = users.get(input);
    if (known && known.at(-1) !== node.record.id) known.push(node.record.id);
  }
}
