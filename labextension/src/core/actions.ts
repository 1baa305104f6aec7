/** Everything that can be done with a view, once: as keys, as commands of the host, and in the help. */

import type { Session } from './session';
import type { Stage } from './stage';

/** What actions work on. */
export interface Workplace {
  readonly session: Session;
  readonly stage: Stage;
  /** Puts the cursor into the search box. */
  startSearch(): void;
  toggleHelp(): void;
  togglePanel(): void;
  toggleSplit(): void;
  /** Closes what is open: help, pinned card, selection. */
  escape(): void;
}

export interface Action {
  /** The last part of a command's id. */
  readonly id: string;
  readonly label: string;
  /** Keys as in KeyboardEvent.key; the first one is shown. */
  readonly keys: readonly string[];
  run(place: Workplace): void;
}

const action = (id: string, label: string, keys: readonly string[], run: Action['run']): Action => ({
  id,
  label,
  keys,
  run,
});

const walk =
  (direction: 'up' | 'down' | 'left' | 'right') =>
  ({ session, stage }: Workplace): void => {
    const { selected, player, frame } = session;
    const start = player.step?.by ?? frame.outputs[0]?.id ?? null;
    const next = selected === null ? start : stage.neighbour(selected, direction);
    if (next === null) return;
    session.select(next);
    stage.reveal(next);
  };

const hit =
  (direction: 1 | -1) =>
  ({ session, stage }: Workplace): void => {
    session.nextHit(direction);
    if (session.selected !== null) stage.reveal(session.selected);
  };

export const ACTIONS: readonly Action[] = [
  action('next-rewrite', 'Next rewrite', ['j'], ({ session }) => session.seek(session.player.at + 1)),
  action('previous-rewrite', 'Previous rewrite', ['k'], ({ session }) => session.seek(session.player.at - 1)),
  action('next-pass', 'To the end of the pass', ['J'], ({ session }) =>
    session.seek(session.player.nextPassEnd()),
  ),
  action('previous-pass', 'To the start of the pass', ['K'], ({ session }) =>
    session.seek(session.player.previousPassStart()),
  ),
  action('first', 'The graph as written', ['Home'], ({ session }) => session.seek(0)),
  action('last', 'The final graph', ['End'], ({ session }) => session.seek(session.player.last)),
  action('play', 'Play or pause', [' '], ({ session }) => session.play(!session.isPlaying)),
  action('search', 'Search', ['/'], place => place.startSearch()),
  action('next-hit', 'Next hit', ['n'], hit(1)),
  action('previous-hit', 'Previous hit', ['N'], hit(-1)),
  action('walk-up', 'To an operand', ['ArrowUp'], walk('up')),
  action('walk-down', 'To a user', ['ArrowDown'], walk('down')),
  action('walk-left', 'To the left in the row', ['ArrowLeft'], walk('left')),
  action('walk-right', 'To the right in the row', ['ArrowRight'], walk('right')),
  action('pin', 'Pin the card of the selected node', ['Enter'], ({ session }) =>
    session.pin(!session.isPinned),
  ),
  action('fit', 'Show the whole graph', ['f'], ({ stage }) => stage.fit()),
  action('focus-rewrite', 'Show the place of the rewrite', ['F'], ({ stage }) => stage.focusStep()),
  action('zoom-in', 'Nearer', ['+', '='], ({ stage }) => stage.zoom(1.25)),
  action('zoom-out', 'Farther', ['-'], ({ stage }) => stage.zoom(0.8)),
  action('actual-size', 'Actual size', ['0'], ({ stage }) => stage.actualSize()),
  action('tidy', 'Lay the graph out anew', ['t'], ({ stage }) => stage.tidy()),
  action('dim', 'Dim what the rewrite left alone', ['o'], ({ session }) => session.dim(!session.dims)),
  action('diff', 'Mark what the rewrite changed', ['d'], ({ session }) => session.mark(!session.marks)),
  action('split', 'Before and after, side by side', ['s'], place => place.toggleSplit()),
  action('panel', 'Show or hide the panel', ['i'], place => place.togglePanel()),
  action('help', 'Keys', ['?'], place => place.toggleHelp()),
  action('escape', 'Close, or select nothing', ['Escape'], place => place.escape()),
];

/** The action of a key pressed in a view; null where the key belongs to a field, a button or the host. */
export function actionOf(event: KeyboardEvent, actions: readonly Action[]): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const action = actions.find(({ keys }) => keys.includes(event.key)) ?? null;
  const target = event.composedPath()[0];
  return action && target instanceof Element && belongsTo(target, event.key) ? null : action;
}

const OWN_KEYS = ['Enter', ' '];
const TREE_KEYS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', ...OWN_KEYS];

/** Whether the focused element has its own use for a key. */
function belongsTo(target: Element, key: string): boolean {
  if (key === 'Escape') return false;
  if (target.matches('input[type="search"]')) return true;
  if (target.matches('select, [role="treeitem"], input[type="range"]')) return TREE_KEYS.includes(key);
  return target.matches('button, summary, a') && OWN_KEYS.includes(key);
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

/** A key as a keyboard shows it. */
export function keyName(key: string): string {
  return KEY_NAMES[key] ?? key;
}
