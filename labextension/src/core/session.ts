/** What the parts of a view share: the position, the selection, the search, the look; and who is told of changes. */

import { parseTrace } from './parse';
import { Player, type Frame } from './player';
import { parseQuery } from './search';
import type { Kernel, NodeRecord, Table, Trace } from './trace';

export type Topic = 'step' | 'selection' | 'hover' | 'search' | 'look' | 'play';

/** Milliseconds between two steps of a playback: a whole trace in about half a minute. */
const SLOWEST = 1100;
const FASTEST = 120;
const WHOLE = 30000;

export class Session {
  readonly trace: Trace;
  readonly player: Player;
  private readonly listeners = new Map<Topic, Set<() => void>>();
  private selectedId: number | null = null;
  private hoveredId: number | null = null;
  private pinned = false;
  private found: ReadonlySet<number> = new Set();
  private timer: ReturnType<typeof setInterval> | null = null;
  private shownTable: Table | null = null;
  private dimming = true;
  private marking = true;
  query = '';

  constructor(json: unknown) {
    this.trace = parseTrace(json);
    this.player = new Player(this.trace);
    this.player.seek(this.trace.view.step);
    this.select(this.trace.view.selected);
  }

  /** Calls `listener` after every change of the topic; the result takes it off again. */
  on(topic: Topic, listener: () => void): () => void {
    const known = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, known.add(listener));
    return () => known.delete(listener);
  }

  private tell(topic: Topic): void {
    for (const listener of this.listeners.get(topic) ?? []) listener();
  }

  get frame(): Frame {
    return this.player.frame;
  }

  /** Whether the last step is what is to be looked at, and not just the graph. */
  get showsStep(): boolean {
    return this.marking && this.player.step !== null;
  }

  /** Goes to the graph after `step` steps. What is selected stays so as long as it is in sight. */
  seek(step: number): void {
    const before = this.player.at;
    this.player.seek(step);
    if (this.player.at === before) return;
    if (this.hoveredId !== null) this.hover(null);
    this.search(this.query);
    this.tell('step');
    if (this.selectedId !== null && !this.frame.nodes.has(this.selectedId)) this.select(null);
  }

  // Selection

  get selected(): number | null {
    return this.selectedId;
  }

  get hovered(): number | null {
    return this.hoveredId;
  }

  /** Whether the card of the selected node stays open. */
  get isPinned(): boolean {
    return this.pinned;
  }

  select(id: number | null): void {
    const wanted = id !== null && this.frame.nodes.has(id) ? id : null;
    if (wanted === this.selectedId) return;
    this.selectedId = wanted;
    this.pinned = this.pinned && wanted !== null;
    this.tell('selection');
  }

  hover(id: number | null): void {
    if (id === this.hoveredId) return;
    this.hoveredId = id;
    this.tell('hover');
  }

  pin(on: boolean): void {
    const wanted = on && this.selectedId !== null;
    if (wanted === this.pinned) return;
    this.pinned = wanted;
    this.tell('selection');
  }

  /** The record of a node that is in sight. */
  record(id: number): NodeRecord {
    return this.player.history.record(id);
  }

  kernelOf(id: number): Kernel | null {
    return this.trace.kernels.find(kernel => kernel.nodes.includes(id)) ?? null;
  }

  // Search

  /** The nodes that the search finds in this frame, in the order in which they were made. */
  get hits(): ReadonlySet<number> {
    return this.found;
  }

  search(query: string): void {
    this.query = query;
    const asks = parseQuery(query, this.trace.tables);
    const records = asks ? [...this.frame.nodes.values()].map(node => node.record) : [];
    this.found = new Set(records.filter(record => asks?.(record)).map(record => record.id));
    this.tell('search');
  }

  /** Selects the next hit after the selected one, or the one before it. */
  nextHit(direction: 1 | -1): void {
    const found = [...this.found];
    if (!found.length) return;
    const at = this.selectedId === null ? -1 : found.indexOf(this.selectedId);
    const next =
      at < 0 ? (direction > 0 ? 0 : found.length - 1) : (at + direction + found.length) % found.length;
    this.select(found[next]);
  }

  // Look

  get overlay(): Table | null {
    return this.shownTable;
  }

  /** Colours nodes by a table; the marks of the step give way to it. */
  showTable(name: string | null): void {
    this.shownTable = this.trace.tables.find(table => table.name === name) ?? null;
    this.mark(this.shownTable === null);
  }

  /** Whether what the step added, removed and rewired is marked; else the graph after it is shown plainly. */
  get marks(): boolean {
    return this.marking;
  }

  mark(on: boolean): void {
    this.marking = on;
    this.selectOnlyDrawn();
    this.tell('look');
  }

  /** What is not drawn cannot be selected: nodes that are gone, while steps are not marked. */
  private selectOnlyDrawn(): void {
    const isGone = this.selectedId !== null && this.frame.nodes.get(this.selectedId)?.change === 'gone';
    if (isGone && !this.marking) this.select(null);
  }

  /** Whether what a step did not touch stands back. */
  get dims(): boolean {
    return this.dimming;
  }

  dim(on: boolean): void {
    this.dimming = on;
    this.tell('look');
  }

  // Playback

  get isPlaying(): boolean {
    return this.timer !== null;
  }

  /** Starts or stops the playback; at the end it starts anew. */
  play(on: boolean): void {
    if (on === this.isPlaying) return;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    if (on && this.player.last > 0) {
      if (this.player.at === this.player.last) this.seek(0);
      const pause = Math.min(SLOWEST, Math.max(FASTEST, WHOLE / this.player.last));
      this.timer = setInterval(() => this.playOn(), pause);
    }
    this.tell('play');
  }

  private playOn(): void {
    this.seek(this.player.at + 1);
    if (this.player.at === this.player.last) this.play(false);
  }

  dispose(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.listeners.clear();
  }
}
