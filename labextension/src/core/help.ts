/** The list of keys, as a dialog over the view. */

import { keyName, type Action } from './actions';
import { element, focusedIn } from './dom';

const LEGEND: readonly (readonly [string, string])[] = [
  ['sl-new', 'green, +: added by the rewrite'],
  ['sl-gone', 'red, dashed, −: removed by the rewrite'],
  ['sl-rewired', 'amber, thick: the edge reads another node now'],
];

export class Help {
  readonly node: HTMLElement;
  private returnTo: HTMLElement | null = null;

  constructor(actions: readonly Action[]) {
    const rows = actions.flatMap(({ keys, label }) => [
      element('dt', {}, ...keys.slice(0, 1).map(key => element('kbd', {}, keyName(key)))),
      element('dd', {}, label),
    ]);
    const legend = LEGEND.map(([name, text]) => element('li', { class: name }, text));
    const close = element(
      'button',
      { type: 'button', class: 'sl-close', click: () => this.toggle(false) },
      'Close',
    );
    this.node = element(
      'div',
      { class: 'sl-help', role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Keys', hidden: true },
      element('h3', {}, 'Keys'),
      element('dl', {}, ...rows),
      element('ul', { class: 'sl-legend' }, ...legend),
      element(
        'p',
        { class: 'sl-note' },
        'The wheel zooms while the view has the focus, and always with Ctrl. Dragging moves the graph.',
      ),
      close,
    );
  }

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  /** Opens or closes the list; the focus goes into it and back to where it was. */
  toggle(on = !this.isOpen): void {
    if (on === this.isOpen) return;
    if (on) this.returnTo = focusedIn(this.node) as HTMLElement | null;
    this.node.hidden = !on;
    if (on) this.node.querySelector('button')!.focus();
    else this.returnTo?.focus();
  }
}
