/** Builds elements. Strings become text nodes and attributes, never markup. */

type Child = Node | string | null;

interface Attributes {
  readonly [name: string]: string | number | boolean | null | undefined | ((event: Event) => void);
}

/** Makes an element; attributes that are functions listen to the event of their name, false and null ones are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter(child => child !== null));
  return made;
}

/** Puts other children into an element. */
export function fill(parent: HTMLElement, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter(child => child !== null));
}

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines on a grid of 16 by 16. */
const ICONS = {
  first: 'M4 3v10M13 3L6 8l7 5z',
  previous: 'M11 3L4 8l7 5z',
  next: 'M5 3l7 5-7 5z',
  last: 'M12 3v10M3 3l7 5-7 5z',
  play: 'M4 2.5l9 5.5-9 5.5z',
  pause: 'M4.5 3v10M11.5 3v10',
  split: 'M2 3h12v10H2zM8 3v10M4.5 8h1.5M10 8h1.5',
  fit: 'M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4',
  focus: 'M8 1v3M8 12v3M1 8h3M12 8h3M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5',
  dim: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  panel: 'M2 3h12v10H2zM10 3v10',
  help: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.8M8 12.4v.6',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14',
} as const;

export type Icon = keyof typeof ICONS;

const FILLED: readonly Icon[] = ['first', 'previous', 'next', 'last', 'play'];

export function icon(name: Icon): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  path.setAttribute('fill', FILLED.includes(name) ? 'currentColor' : 'none');
  svg.append(path);
  return svg;
}

/** A button with a picture; its label is read out and shown as a tip. */
export function iconButton(name: Icon, label: string, onClick: () => void): HTMLButtonElement {
  const attributes = {
    type: 'button',
    class: 'sl-button',
    title: label,
    'aria-label': label,
    click: onClick,
  };
  const button = element('button', attributes);
  button.append(icon(name));
  return button;
}

/** The element that has the focus, in the page or in the shadow tree in which `root` is. */
export function focusedIn(root: HTMLElement): Element | null {
  const home = root.getRootNode();
  return home instanceof Document || home instanceof ShadowRoot ? home.activeElement : null;
}
