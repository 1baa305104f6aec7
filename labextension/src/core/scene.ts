/** What is to be painted: the frame, where things are, and what stands out. */

import type { Camera } from './camera';
import { MAX_SPAN } from './layout';
import type { Motion } from './motion';
import { slotKey, type Change, type Node } from './player';
import type { Session } from './session';
import { shadesOf, type Shade, type Theme } from './theme';
import type { Table } from './trace';

/** A pattern variable and the number of its colour. */
export interface Bound {
  readonly variable: string;
  readonly colour: number;
}

export type EdgeStyle = 'kept' | 'new' | 'gone' | 'rewired' | 'near';

/** Which graphs a canvas shows: those before and after the step as one, or one of them. */
export type Side = 'both' | 'before' | 'after';

type Sorted = Exclude<EdgeStyle, 'near'>;

const EDGES: Readonly<Record<Side, readonly Sorted[]>> = {
  both: ['kept', 'gone', 'new', 'rewired'],
  before: ['kept', 'gone'],
  after: ['kept', 'new', 'rewired'],
};

export interface EdgeRef {
  readonly from: number;
  readonly to: number;
  readonly slot: number;
  /** Too long, or upwards: drawn as two stubs, in full only near the selected node. */
  readonly jumps: boolean;
}

export class Scene {
  readonly touched = new Set<number>();
  readonly bound = new Map<number, Bound[]>();
  readonly results = new Map<number, string[]>();
  edges: Record<Sorted, EdgeRef[]> = { kept: [], new: [], gone: [], rewired: [] };
  side: Side = 'both';
  private shadesFor: { table: Table; shades: ReadonlyMap<number, Shade> } | null = null;

  constructor(
    readonly session: Session,
    readonly motion: Motion,
    readonly camera: Camera,
    public theme: Theme,
  ) {}

  /** Sorts the frame's nodes and edges by what the step did to them; to be called after each step. */
  prepare(): void {
    this.bound.clear();
    this.touched.clear();
    this.results.clear();
    const { frame, player } = this.session;
    for (const { label, id } of frame.outputs) this.results.set(id, [...(this.results.get(id) ?? []), label]);
    this.sortEdges();
    const { step } = player;
    if (!step) return;
    const variables = [...new Set(step.bindings.map(binding => binding.variable))];
    for (const { variable, id } of step.bindings) {
      if (!frame.nodes.has(id)) continue;
      const colour = variables.indexOf(variable) % this.theme.bindings.length;
      this.bound.set(id, [...(this.bound.get(id) ?? []), { variable, colour }]);
      this.touched.add(id);
    }
    for (const [id, node] of frame.nodes) if (node.change !== 'kept') this.touched.add(id);
    for (const { node } of step.rewired) this.touched.add(node);
    this.touched.add(step.by);
  }

  private sortEdges(): void {
    const { frame } = this.session;
    this.edges = { kept: [], new: [], gone: [], rewired: [] };
    for (const [to, node] of frame.nodes) {
      node.inputs.forEach((from, slot) => {
        const style =
          node.change === 'kept' && frame.rewired.has(slotKey(to, slot)) ? 'rewired' : node.change;
        this.edges[style].push(this.edge(from, to, slot));
      });
    }
    for (const { from, to, slot } of frame.lost) this.edges.gone.push(this.edge(from, to, slot));
  }

  private edge(from: number, to: number, slot: number): EdgeRef {
    const span = this.motion.span(from, to);
    return { from, to, slot, jumps: span < 1 || span > MAX_SPAN };
  }

  /** What the step did to a node, where that is to be seen; null for a node that is not drawn. */
  changeOf({ change }: Node): Change | null {
    const { shown } = this;
    if (change === 'gone' && shown === 'after') return null;
    if (change === 'new' && shown === 'before') return null;
    return this.session.marks ? change : 'kept';
  }

  /** Unmarked, the two graphs would not be told apart in one picture. */
  private get shown(): Side {
    return this.side === 'both' && !this.session.marks ? 'after' : this.side;
  }

  /** The kinds of edges that are drawn, the lowest first. */
  get styles(): readonly Sorted[] {
    return EDGES[this.shown];
  }

  /** Whether a step is shown whose surroundings stand back. */
  get dims(): boolean {
    return this.session.dims && this.session.showsStep;
  }

  /** Whether a node stands out although the rest stands back. */
  standsOut(id: number): boolean {
    const { selected, hovered } = this.session;
    return this.touched.has(id) || id === selected || id === hovered;
  }

  get shades(): ReadonlyMap<number, Shade> | null {
    const table = this.session.overlay;
    if (!table) return null;
    if (this.shadesFor?.table !== table) this.shadesFor = { table, shades: shadesOf(table) };
    return this.shadesFor.shades;
  }
}
