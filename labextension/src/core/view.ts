/** The whole view of one trace: puts its parts together and hands keys to actions. */

import { ACTIONS, actionOf, type Action, type Workplace } from './actions';
import type { Place } from './arrangement';
import { Card } from './card';
import { nodeSentence, stepSentence } from './describe';
import { element, fill } from './dom';
import { Header } from './header';
import { Help } from './help';
import { Inspector } from './inspector';
import { Outline } from './outline';
import { Session } from './session';
import { Split } from './split';
import { Stage } from './stage';
import { installStyle } from './style';
import { PassList, Timeline } from './timeline';
import { TraceError } from './trace';

export interface ViewOptions {
  /** Height in pixels; without one the view fills its parent. */
  readonly height?: number | undefined;
  /** The position at first, if not the one that the trace names. */
  readonly step?: number | undefined;
  readonly selected?: number | null | undefined;
  /** What the host adds to the keys of every view. */
  readonly actions?: readonly Action[] | undefined;
  readonly onStep?: ((step: number) => void) | undefined;
  readonly onSelect?: ((id: number | null) => void) | undefined;
}

const DEFAULT_HEIGHT = 420;

export class View implements Workplace {
  readonly session: Session;
  readonly stage: Stage;
  readonly root: HTMLElement;
  private readonly header: Header;
  private readonly actions: readonly Action[];
  private readonly help: Help;
  private readonly inspector: Inspector;
  private readonly split: Split;
  /** The rule of the step, over the graph, where there is no panel to tell it. */
  private readonly caption = element('div', { class: 'sl-caption', 'aria-hidden': 'true' });
  private readonly live = element('div', { class: 'sl-live', 'aria-live': 'polite', 'aria-atomic': 'true' });

  constructor(host: HTMLElement, json: unknown, options: ViewOptions = {}) {
    this.session = new Session(json);
    this.actions = [...ACTIONS, ...(options.actions ?? [])];
    this.help = new Help(this.actions);
    if (options.step !== undefined) this.session.seek(options.step);
    if (options.selected !== undefined) this.session.select(options.selected);
    installStyle(host);
    this.root = element('div', { class: 'sl-view' });
    this.root.style.height = options.height === undefined ? '100%' : `${options.height}px`;
    host.append(this.root);
    this.stage = new Stage(this.session, this.root, { wheel: options.height === undefined });
    this.header = new Header(this.session, this);
    const reveal = (id: number): void => this.stage.reveal(id);
    this.inspector = new Inspector(this.session, reveal);
    this.split = new Split(this.stage);
    this.compose(new Outline(this.session, reveal));
    this.listen(options);
    this.describe();
  }

  private compose(outline: Outline): void {
    const panel = element(
      'aside',
      { class: 'sl-panel', 'aria-label': 'Details' },
      this.inspector.node,
      outline.node,
    );
    this.stage.node.append(this.caption, new Card(this.session, this.stage).node);
    const body = element('div', { class: 'sl-body' }, this.split.node, this.stage.node, panel);
    const steps = this.session.player.last
      ? [new PassList(this.session).node, body, new Timeline(this.session).node]
      : [body];
    this.root.append(this.header.node, ...steps, this.live, this.help.node);
  }

  private listen({ onStep, onSelect }: ViewOptions): void {
    this.root.addEventListener('keydown', event => this.key(event));
    this.root.addEventListener('focusin', event => keepKeys(event.target));
    this.session.on('step', () => {
      this.describe();
      this.live.textContent = stepSentence(this.session.player);
      onStep?.(this.session.player.at);
    });
    this.session.on('selection', () => {
      this.describe();
      const { selected } = this.session;
      if (selected !== null) this.live.textContent = nodeSentence(this.session, selected);
      onSelect?.(selected);
    });
    for (const topic of ['hover', 'search'] as const) this.session.on(topic, () => this.describe());
  }

  /** Keeps the canvas's name for screen readers, and the state that style sheets and scripts can read. */
  private describe(): void {
    const { player, selected, hovered, hits, trace } = this.session;
    const name = `Graph of ${trace.name}. ${stepSentence(player)} Arrow keys walk along edges, question mark lists all keys.`;
    this.stage.canvas.setAttribute('aria-label', name);
    const rule = player.step?.rule;
    fill(
      this.caption,
      ...(rule ? [element('b', {}, rule.name), ` ${rule.formula.replaceAll('->', '→')}`] : []),
    );
    const state = { step: player.at, nodes: player.frame.alive, selected, hovered, hits: hits.size };
    for (const [key, value] of Object.entries(state))
      this.root.dataset[key] = value === null ? '' : String(value);
  }

  private key(event: KeyboardEvent): void {
    const action = actionOf(event, this.actions);
    if (!action || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    action.run(this);
  }

  // What others may do with a view

  /** Runs an action by its id, for a host's command. */
  run(id: string): void {
    this.actions.find(action => action.id === id)?.run(this);
  }

  /** Goes to the graph after `step` rewrites. */
  seek(step: number): void {
    this.session.seek(step);
  }

  select(id: number | null): void {
    this.session.select(id);
  }

  /** Where a node is on the canvas, in pixels; null when it is not in this graph. */
  locate(id: number): Place | null {
    return this.stage.locate(id);
  }

  startSearch(): void {
    this.header.startSearch();
  }

  toggleHelp(): void {
    this.help.toggle();
  }

  /** Shows or hides the panel; a narrow view starts without it. */
  togglePanel(): void {
    const { classList } = this.root;
    classList.toggle(classList.contains('sl-narrow') ? 'sl-with-panel' : 'sl-without-panel');
  }

  /** Shows the graph before the step beside the one after it, or only the latter. */
  toggleSplit(): void {
    this.split.toggle();
  }

  escape(): void {
    const { session } = this;
    if (this.help.isOpen) this.help.toggle(false);
    else if (session.isPinned) session.pin(false);
    else if (session.query) session.search('');
    else session.select(null);
    if (!this.stage.canvas.contains(document.activeElement)) this.stage.canvas.focus();
  }

  dispose(): void {
    this.inspector.dispose();
    this.stage.dispose();
    this.session.dispose();
    this.root.remove();
  }
}

/** JupyterLab's own shortcuts do not fire in an element that says so; it must be the focused one itself. */
function keepKeys(target: EventTarget | null): void {
  if (target instanceof Element) target.setAttribute('data-lm-suppress-shortcuts', 'true');
}

/** Shows a trace in an element; one that cannot be read shows why instead, and the result is null. */
export function show(host: HTMLElement, json: unknown, options: ViewOptions = {}): View | null {
  try {
    return new View(host, json, { height: DEFAULT_HEIGHT, ...options });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    installStyle(host);
    host.replaceChildren(element('div', { class: 'sl-error', role: 'alert' }, error.message));
    return null;
  }
}
