/** The colours of the canvas, read from the style sheet, which takes them from the host (JupyterLab, VS Code, the page). */

import type { Table } from './trace';

export interface Theme {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly node: string;
  readonly leaf: string;
  readonly kernel: string;
  readonly outline: string;
  readonly edge: string;
  readonly accent: string;
  readonly added: string;
  readonly addedFill: string;
  readonly removed: string;
  readonly rewired: string;
  readonly hit: string;
  readonly bindings: readonly string[];
  readonly mono: string;
  /** How strongly what a step did not touch is drawn. */
  readonly faint: number;
}

export const BINDING_COLOURS = 6;

/** Tells the style sheet whether the host is dark, by its background, and then reads the colours. */
export function readTheme(root: HTMLElement): Theme {
  const read = (name: string): string => getComputedStyle(root).getPropertyValue(`--sl-${name}`).trim();
  root.dataset['scheme'] = luminance(read('background')) < 0.4 ? 'dark' : 'light';
  const contrast =
    matchMedia('(prefers-contrast: more), (forced-colors: active)').matches || hasContrastTheme();
  root.dataset['contrast'] = contrast ? 'more' : 'normal';
  const background = read('background');
  const added = read('added');
  return {
    background,
    text: read('text'),
    muted: read('muted'),
    node: read('node'),
    leaf: mix(background, read('accent'), 0.1),
    kernel: mix(background, read('kernel'), 0.14),
    outline: read('outline'),
    edge: read('edge'),
    accent: read('accent'),
    added,
    addedFill: mix(background, added, 0.16),
    removed: read('removed'),
    rewired: read('rewired'),
    hit: read('hit'),
    bindings: Array.from({ length: BINDING_COLOURS }, (_, index) => read(`binding-${index}`)),
    mono: read('mono'),
    faint: contrast ? 0.75 : 0.35,
  };
}

function hasContrastTheme(): boolean {
  const { body } = document;
  const name = `${body.dataset['jpThemeName'] ?? ''} ${body.className} ${body.dataset['vscodeThemeKind'] ?? ''}`;
  return /high.contrast/i.test(name);
}

/** Calls back when the host changes its theme; the result stops it. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributes = ['data-jp-theme-name', 'data-jp-theme-light', 'data-vscode-theme-kind', 'class'];
  observer.observe(document.body, { attributes: true, attributeFilter: attributes });
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'];
  const media = queries.map(query => matchMedia(query));
  for (const query of media) query.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    for (const query of media) query.removeEventListener('change', changed);
  };
}

type Channels = readonly [number, number, number];

let probe: CanvasRenderingContext2D | null = null;

/** The channels of any colour that CSS can say, by painting one pixel with it. */
function channels(colour: string): Channels {
  probe ??= element2d();
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = '#ffffff';
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

function element2d(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  return canvas.getContext('2d', { willReadFrequently: true })!;
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function mix(from: string, to: string, share: number): string {
  const start = channels(from);
  const end = channels(to);
  const [red, green, blue] = start.map((channel, at) => Math.round(channel + (end[at] - channel) * share));
  return `rgb(${red} ${green} ${blue})`;
}

/** Light to dark blues: told apart without colour vision, and in print. */
const SCALE: readonly Channels[] = [
  [222, 235, 247],
  [158, 202, 225],
  [66, 146, 198],
  [8, 81, 156],
  [8, 38, 90],
];

export interface Shade {
  readonly fill: string;
  readonly text: string;
}

/** A colour for each node that has a number in a table; the square root keeps small numbers apart. */
export function shadesOf(table: Table): ReadonlyMap<number, Shade> {
  const largest = [...table.values.values()].reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    Number.MIN_VALUE,
  );
  const shades = new Map<number, Shade>();
  for (const [id, value] of table.values) shades.set(id, shade(Math.sqrt(Math.abs(value) / largest)));
  return shades;
}

function shade(share: number): Shade {
  const place = Math.min(share, 0.999) * (SCALE.length - 1);
  const low = Math.floor(place);
  const mixed = SCALE[low].map((channel, at) =>
    Math.round(channel + (SCALE[low + 1][at] - channel) * (place - low)),
  );
  const [red, green, blue] = mixed;
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 140;
  return { fill: `rgb(${red} ${green} ${blue})`, text: light ? '#0b1620' : '#ffffff' };
}
