/** The graph before the step, beside the graph after it: a second stage whose position and selection follow the first. */

import { element } from './dom';
import { Session } from './session';
import { Stage } from './stage';

export class Split {
  readonly node = element('div', { class: 'sl-before', hidden: true, 'aria-hidden': 'true' });
  private before: Session | null = null;
  private stage: Stage | null = null;
  private endings: (() => void)[] = [];

  constructor(
    private readonly session: Session,
    private readonly json: unknown,
  ) {}

  get isOpen(): boolean {
    return this.before !== null;
  }

  toggle(on = !this.isOpen): void {
    if (on === this.isOpen) return;
    if (on) this.open();
    else this.close();
  }

  private open(): void {
    const before = new Session(this.json);
    before.mark(false);
    before.seek(this.session.player.at - 1);
    this.before = before;
    this.node.hidden = false;
    this.stage = new Stage(before, this.node, { wheel: false });
    this.stage.canvas.tabIndex = -1;
    this.node.append(this.stage.node, element('div', { class: 'sl-moment' }, 'before'));
    this.endings = [
      this.session.on('step', () => this.follow()),
      this.session.on('selection', () => this.point(this.session.selected)),
      before.on('selection', () => this.session.select(before.selected)),
    ];
    this.follow();
  }

  private close(): void {
    for (const end of this.endings) end();
    this.stage?.dispose();
    this.before?.dispose();
    this.before = this.stage = null;
    this.node.replaceChildren();
    this.node.hidden = true;
  }

  /** To the graph before the step; what the step will replace is pointed at. */
  private follow(): void {
    const { player } = this.session;
    this.before?.seek(player.at - 1);
    if (player.step) this.stage?.reveal(player.step.at);
    this.point(this.session.selected ?? player.step?.at ?? null, false);
  }

  private point(id: number | null, reveal = true): void {
    const { before, stage } = this;
    if (!before || !stage || id === null || !before.frame.nodes.has(id)) return;
    before.hover(id);
    if (reveal) stage.reveal(id);
  }

  dispose(): void {
    this.close();
  }
}
