/** The upper bar: what was compiled, search, overlay, and buttons for the view. */

import { ACTIONS, keyName, type Workplace } from './actions';
import { element, fill, icon, iconButton, type Icon } from './dom';
import { counted } from './describe';
import type { Session } from './session';

const BUTTONS: readonly (readonly [Icon, string])[] = [
  ['fit', 'fit'],
  ['focus', 'focus-rewrite'],
  ['dim', 'dim'],
  ['split', 'split'],
  ['panel', 'panel'],
  ['help', 'help'],
];

export class Header {
  readonly node: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly count: HTMLElement;
  private readonly dimButton: HTMLElement | undefined;

  constructor(
    private readonly session: Session,
    place: Workplace,
  ) {
    this.field = this.makeField(place);
    this.count = element('span', { class: 'sl-hits', 'aria-live': 'polite' });
    const search = element('label', { class: 'sl-search' }, icon('search'), this.field, this.count);
    const buttons = BUTTONS.map(([name, id]) => {
      const action = ACTIONS.find(action => action.id === id)!;
      return iconButton(name, `${action.label} (${keyName(action.keys[0])})`, () => action.run(place));
    });
    this.dimButton = buttons[BUTTONS.findIndex(([, id]) => id === 'dim')];
    this.node = element(
      'div',
      { class: 'sl-bar sl-header' },
      this.title(),
      search,
      this.overlays(),
      ...buttons,
    );
    session.on('search', () => this.update());
    session.on('look', () => this.update());
    this.update();
  }

  startSearch(): void {
    this.field.focus();
    this.field.select();
  }

  private title(): HTMLElement {
    const { name, mode, device } = this.session.trace;
    const details = [mode, device].filter(text => text !== '').join(' · ');
    return element('div', { class: 'sl-title' }, element('b', {}, name), ' ', element('span', {}, details));
  }

  private makeField(place: Workplace): HTMLInputElement {
    const field = element('input', {
      type: 'search',
      placeholder: 'op:dot  x  f64',
      'aria-label': 'Search nodes, for example op:dot or dtype:f64 or time>1ms',
      title: 'Words, #id, op: name: dtype: type: scope: detail: source: line:, time>1ms',
      spellcheck: 'false',
    });
    field.addEventListener('input', () => this.session.search(field.value));
    field.addEventListener('keydown', event => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.session.nextHit(event.shiftKey ? -1 : 1);
      if (this.session.selected !== null) place.stage.reveal(this.session.selected);
    });
    return field;
  }

  /** A choice of the tables of numbers that nodes may be coloured by. */
  private overlays(): HTMLElement | null {
    const { tables } = this.session.trace;
    if (!tables.length) return null;
    const options = tables.map(({ name }) => element('option', { value: name }, name));
    const select = element(
      'select',
      { class: 'sl-overlay', 'aria-label': 'Overlay' },
      element('option', { value: '' }, 'no overlay'),
      ...options,
    );
    select.addEventListener('change', () => this.session.showTable(select.value || null));
    return select;
  }

  private update(): void {
    const { query, hits, dims } = this.session;
    fill(this.count, query.trim() ? counted(hits.size, 'hit') : null);
    this.dimButton?.setAttribute('aria-pressed', String(dims));
    if (this.field.value !== query) this.field.value = query;
  }
}
