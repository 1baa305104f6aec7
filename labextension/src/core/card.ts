/** The card beside a node: on hover, and pinned to the selected node. */

import { ancestryOf } from './describe';
import { element, fill } from './dom';
import { facts } from './inspector';
import { labelOf } from './measure';
import type { Session } from './session';
import type { Stage } from './stage';

const GAP = 10;

export class Card {
  readonly node = element('div', { class: 'sl-card', role: 'tooltip', hidden: true });
  private shown: number | null = null;

  constructor(
    private readonly session: Session,
    private readonly stage: Stage,
  ) {
    for (const topic of ['hover', 'selection', 'step', 'look'] as const)
      session.on(topic, () => this.update());
    stage.onPaint(() => this.move());
  }

  private update(): void {
    const { hovered, selected, isPinned, frame } = this.session;
    const wanted = hovered ?? (isPinned ? selected : null);
    this.shown = wanted !== null && frame.nodes.has(wanted) ? wanted : null;
    this.node.hidden = this.shown === null;
    this.node.classList.toggle('sl-pinned', isPinned && this.shown === selected);
    if (this.shown === null) return;
    fill(this.node, ...this.parts(this.shown));
    this.move();
  }

  private parts(id: number): (HTMLElement | null)[] {
    const { session } = this;
    const { record } = session.frame.nodes.get(id)!;
    const title = record.op === labelOf(record).title ? record.op : `${labelOf(record).title} (${record.op})`;
    const source = record.source?.text ?? null;
    const chain = ancestryOf(session, id, 3).map(({ step, rule }) => `${rule} (${step})`);
    return [
      element('div', { class: 'sl-card-title' }, `#${id} `, element('b', {}, title)),
      facts(session, id),
      source === null ? null : element('pre', { class: 'sl-source' }, source.trim()),
      chain.length ? element('div', { class: 'sl-note' }, `made by ${chain.join(', after ')}`) : null,
    ];
  }

  /** Keeps the card beside its node and inside the stage. */
  private move(): void {
    if (this.shown === null) return;
    const place = this.stage.locate(this.shown);
    if (!place) return;
    const { width, height } = this.stage.camera.size;
    const { offsetWidth, offsetHeight } = this.node;
    const right = place.x + place.width / 2 + GAP;
    const left = place.x - place.width / 2 - GAP - offsetWidth;
    const x = right + offsetWidth <= width ? right : left >= 0 ? left : width - offsetWidth - GAP;
    const y = Math.min(Math.max(GAP, place.y - place.height / 2), Math.max(GAP, height - offsetHeight - GAP));
    this.node.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}
