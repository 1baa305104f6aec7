/** The graph as a tree of text, results first: for screen readers and keyboards, the same order as debugprint. */

import { element, fill } from './dom';
import { labelOf } from './measure';
import type { Session } from './session';

/** So many levels are open at first. */
const OPEN_LEVELS = 4;
const MOST_ROWS = 400;

export interface Row {
  readonly id: number;
  readonly level: number;
  /** The result that this row is, or nothing. */
  readonly label: string;
  /** null for a leaf, and for a node whose operands are shown at an earlier row. */
  readonly isOpen: boolean | null;
  readonly isRepeated: boolean;
}

/** The visible rows; every node shows its operands once, at its first row. */
export function outlineRows(session: Session, opened: ReadonlyMap<number, boolean>, most = MOST_ROWS): Row[] {
  const { frame } = session;
  const rows: Row[] = [];
  const seen = new Set<number>();
  const stack = frame.outputs.map(({ id, label }) => ({ id, label, level: 1 })).reverse();
  while (stack.length && rows.length < most) {
    const { id, label, level } = stack.pop()!;
    const operands = frame.nodes.get(id)!.inputs;
    const isRepeated = operands.length > 0 && seen.has(id);
    const isOpen = operands.length && !isRepeated ? (opened.get(id) ?? level <= OPEN_LEVELS) : null;
    rows.push({ id, label, level, isOpen, isRepeated });
    seen.add(id);
    if (isOpen)
      for (const operand of operands.toReversed()) stack.push({ id: operand, label: '', level: level + 1 });
  }
  return rows;
}

export class Outline {
  readonly node: HTMLDetailsElement;
  private readonly tree: HTMLElement;
  private readonly opened = new Map<number, boolean>();
  private rows: Row[] = [];
  private current = 0;

  constructor(
    private readonly session: Session,
    private readonly reveal: (id: number) => void,
  ) {
    this.tree = element('div', { role: 'tree', class: 'sl-tree', 'aria-label': 'Outline of the graph' });
    this.node = element('details', { class: 'sl-outline' }, element('summary', {}, 'Outline'), this.tree);
    this.node.addEventListener('toggle', () => this.update());
    this.tree.addEventListener('keydown', event => this.key(event));
    session.on('step', () => this.update());
    session.on('selection', () => this.update());
  }

  private update(): void {
    if (!this.node.open) return;
    const hadFocus = this.tree.contains(document.activeElement) || this.tree.querySelector(':focus') !== null;
    const selectedRow = this.rows[this.current]?.id === this.session.selected;
    this.rows = outlineRows(this.session, this.opened);
    const selected = this.rows.findIndex(row => row.id === this.session.selected);
    if (selected >= 0 && !selectedRow) this.current = selected;
    this.current = Math.max(0, Math.min(this.current, this.rows.length - 1));
    const items = this.rows.map((row, at) => this.item(row, at));
    const rest =
      this.rows.length === MOST_ROWS
        ? element('div', { class: 'sl-note' }, 'Further rows: close some above.')
        : null;
    fill(this.tree, ...items, rest);
    if (hadFocus) items[this.current]?.focus();
  }

  private item(row: Row, at: number): HTMLElement {
    const node = this.session.frame.nodes.get(row.id)!;
    const { title, subtitle } = labelOf(node.record);
    const change = node.change === 'new' ? ' new' : '';
    const repeated = row.isRepeated ? ' (see above)' : '';
    const result = row.label && `${row.label}: `;
    const sign = row.isOpen === null ? '·' : row.isOpen ? '▾' : '▸';
    return element(
      'div',
      {
        role: 'treeitem',
        class: `sl-row sl-${node.change}`,
        style: `padding-left: ${6 + 14 * (row.level - 1)}px`,
        tabindex: at === this.current ? 0 : -1,
        'aria-level': row.level,
        'aria-expanded': row.isOpen === null ? null : String(row.isOpen),
        'aria-selected': String(row.id === this.session.selected),
        'data-node': row.id,
        click: () => this.choose(at),
      },
      element(
        'span',
        { class: 'sl-sign', 'aria-hidden': 'true', click: event => this.toggle(event, row) },
        sign,
      ),
      `${result}${title} `,
      element('small', {}, `${subtitle} #${row.id}${change}${repeated}`),
    );
  }

  private toggle(event: Event, row: Row): void {
    if (row.isOpen === null) return;
    event.stopPropagation();
    this.opened.set(row.id, !row.isOpen);
    this.update();
  }

  /** Makes a row the current one and selects its node. */
  private choose(at: number): void {
    this.current = Math.max(0, Math.min(at, this.rows.length - 1));
    const { id } = this.rows[this.current];
    const isNews = id !== this.session.selected;
    this.session.select(id);
    if (!isNews) this.update();
    this.reveal(id);
    this.tree.querySelectorAll<HTMLElement>('[role="treeitem"]')[this.current]?.focus();
  }

  private key(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.choose(this.current + 1),
      ArrowUp: () => this.choose(this.current - 1),
      ArrowRight: () => this.open(true),
      ArrowLeft: () => this.open(false),
      Home: () => this.choose(0),
      End: () => this.choose(this.rows.length - 1),
      Enter: () => this.choose(this.current),
      ' ': () => this.choose(this.current),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  /** Opens a row or goes to its first operand; closes it or goes to its user. */
  private open(wanted: boolean): void {
    const row = this.rows[this.current];
    if (row.isOpen === !wanted) {
      this.opened.set(row.id, wanted);
      this.update();
    } else if (wanted && row.isOpen) this.choose(this.current + 1);
    else if (!wanted) {
      const above = this.rows.slice(0, this.current).findLastIndex(({ level }) => level < row.level);
      if (above >= 0) this.choose(above);
    }
  }
}
