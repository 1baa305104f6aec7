/** The graph before the step, beside the graph after it: one picture and one camera, painted onto two canvases. */

import { element } from './dom';
import type { Stage } from './stage';

export class Split {
  private readonly canvas = element('canvas', { class: 'sl-second', 'aria-hidden': 'true' });
  readonly node = element(
    'div',
    { class: 'sl-before', hidden: true },
    this.canvas,
    element('div', { class: 'sl-moment' }, 'before'),
  );

  constructor(private readonly stage: Stage) {
    stage.listen(this.canvas, 'before');
  }

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  toggle(on = !this.isOpen): void {
    this.node.hidden = !on;
    this.stage.paintBefore(on ? this.canvas : null);
  }
}
