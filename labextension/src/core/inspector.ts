/** What is known about the rewrite and about the selected node. */

import { ancestryOf, changesOf, counted, duration, factsOf, shortName } from './describe';
import { element, fill } from './dom';
import { labelOf } from './measure';
import type { Session } from './session';
import { BINDING_COLOURS } from './theme';
import type { Rule, Step } from './trace';

const MANY = 12;

export class Inspector {
  readonly node = element('div', { class: 'sl-inspector' });
  private readonly rewrite = element('section', { class: 'sl-rewrite', 'aria-label': 'Rewrite' });
  private readonly selection = element('section', { class: 'sl-selection', 'aria-label': 'Selected node' });
  private readonly endings: (() => void)[];

  /** `reveal` brings a node into sight. */
  constructor(
    private readonly session: Session,
    private readonly reveal: (id: number) => void,
  ) {
    this.node.append(this.rewrite, this.selection);
    const update = (): void => this.update();
    this.endings = [session.on('step', update), session.on('selection', update)];
    this.update();
  }

  dispose(): void {
    for (const end of this.endings) end();
  }

  private update(): void {
    const { player, selected } = this.session;
    fill(this.rewrite, ...(player.step ? this.stepParts(player.step) : this.writtenParts()));
    const isSeen = selected !== null && this.session.frame.nodes.has(selected);
    fill(this.selection, ...(isSeen ? this.nodeParts(selected) : []));
  }

  // The rewrite

  private writtenParts(): HTMLElement[] {
    const { player, frame, trace } = this.session;
    const numbers = [
      counted(frame.alive, 'node'),
      counted(trace.inputs.length, 'input'),
      counted(frame.outputs.length, 'result'),
    ].join(', ');
    const hint = player.last
      ? 'j goes to the first rewrite, J to the end of the first pass, ? lists all keys.'
      : null;
    const paragraphs = [numbers, hint].filter(text => text !== null).map(text => element('p', {}, text));
    return [element('h3', {}, 'The graph as written'), ...paragraphs];
  }

  private stepParts(step: Step): HTMLElement[] {
    const { player } = this.session;
    const { rule } = step;
    const pass = player.passOf(player.at);
    const time = step.microseconds ? duration(step.microseconds) : null;
    const place = [`rewrite ${player.at} of ${player.last}`, pass?.name, time].filter(Boolean).join(' · ');
    const assumptions = rule.assumptions.length
      ? element('p', { class: 'sl-note' }, `assumes ${rule.assumptions.join(', ')}`)
      : null;
    const parts = [
      element('div', { class: 'sl-place' }, place),
      element('h3', { class: 'sl-rule' }, rule.name),
      rule.reason ? element('p', {}, rule.reason) : null,
      rule.formula ? formula(rule, step) : null,
      this.bindings(step),
      element('p', { class: 'sl-note' }, changesOf(step)),
      assumptions,
      verdict(step),
    ];
    return parts.filter(part => part !== null);
  }

  private bindings(step: Step): HTMLElement | null {
    if (!step.bindings.length) return null;
    const variables = variablesOf(step);
    const rows = step.bindings
      .slice(0, MANY)
      .map(({ variable, id }) =>
        element(
          'li',
          {},
          element('b', { class: bindingClass(variables.indexOf(variable)) }, variable),
          ' = ',
          this.link(id),
        ),
      );
    const more =
      step.bindings.length > MANY ? element('li', {}, `and ${step.bindings.length - MANY} more`) : null;
    return element('ul', { class: 'sl-bindings', 'aria-label': 'Bindings' }, ...rows, more);
  }

  /** A button that leads to a node; plain text where the node is not in sight. */
  private link(id: number): HTMLElement {
    const name = shortName(this.session, id);
    if (!this.session.frame.nodes.has(id)) return element('span', { class: 'sl-absent' }, name);
    const go = (): void => {
      this.session.select(id);
      this.reveal(id);
    };
    return element('button', { type: 'button', class: 'sl-link', click: go }, name);
  }

  // The node

  private nodeParts(id: number): HTMLElement[] {
    const { session } = this;
    const node = session.frame.nodes.get(id)!;
    const change = { kept: null, new: 'new', gone: 'removed by this rewrite' }[node.change];
    const text = node.record.source?.text ?? null;
    const kernel = session.kernelOf(id);
    const parts = [
      element(
        'h3',
        {},
        `#${id} ${labelOf(node.record).title}`,
        change && element('em', { class: `sl-${node.change}` }, change),
      ),
      facts(session, id),
      text === null ? null : element('pre', { class: 'sl-source' }, text.trim()),
      this.links('reads', node.inputs),
      this.links('used by', node.users),
      this.ancestry(id),
      kernel?.source ? code(kernel.name, kernel.source) : null,
    ];
    return parts.filter(part => part !== null);
  }

  private links(title: string, ids: readonly number[]): HTMLElement | null {
    if (!ids.length) return null;
    const links = ids.slice(0, MANY).map(id => this.link(id));
    const more = ids.length > MANY ? element('span', {}, `and ${ids.length - MANY} more`) : null;
    return element('p', { class: 'sl-links' }, element('span', { class: 'sl-name' }, title), ...links, more);
  }

  /** The rewrites that led to a node; each leads to its step. */
  private ancestry(id: number): HTMLElement | null {
    const chain = ancestryOf(this.session, id);
    if (!chain.length) return null;
    const rows = chain.map(({ step, rule, from }) => {
      const button = element(
        'button',
        {
          type: 'button',
          class: 'sl-link',
          title: `Go to rewrite ${step}`,
          click: () => this.session.seek(step),
        },
        `${step} ${rule}`,
      );
      const old = from.map(origin => shortName(this.session, origin)).join(', ');
      return element('li', {}, button, old ? ` from ${old}` : null);
    });
    const list = element('ol', { class: 'sl-ancestry' }, ...rows);
    return element('div', {}, element('span', { class: 'sl-name' }, 'made by'), list);
  }
}

function variablesOf(step: Step): string[] {
  return [...new Set(step.bindings.map(binding => binding.variable))];
}

function bindingClass(index: number): string {
  return `sl-binding-${index % BINDING_COLOURS}`;
}

/** The formula of a rule, its variables in the colours that their nodes have in the graph. */
function formula(rule: Rule, step: Step): HTMLElement {
  const variables = variablesOf(step);
  const words = rule.formula.replaceAll('->', '→').split(/([\p{L}_][\p{L}\p{N}_]*)/u);
  const parts = words.map(word => {
    const index = variables.indexOf(word);
    return index < 0 ? word : element('b', { class: bindingClass(index) }, word);
  });
  return element('code', { class: 'sl-formula' }, ...parts);
}

const VERDICTS = {
  ok: 'DebugMode: the result is the same',
  worse: 'DebugMode: the result is less accurate',
  wrong: 'DebugMode: the result is wrong',
} as const;

function verdict(step: Step): HTMLElement | null {
  if (!step.verdict) return null;
  const sign = step.verdict === 'ok' ? '✓ ' : '⚠ ';
  return element('p', { class: `sl-verdict sl-verdict-${step.verdict}` }, sign + VERDICTS[step.verdict]);
}

/** Names and values as a list of definitions. */
export function facts(session: Session, id: number): HTMLElement {
  const rows = factsOf(session, id).flatMap(({ name, value }) => [
    element('dt', {}, name),
    element('dd', {}, value),
  ]);
  return element('dl', { class: 'sl-facts' }, ...rows);
}

function code(name: string, source: string): HTMLElement {
  const text = element('pre', { class: 'sl-code', tabindex: 0, 'aria-label': `Code of ${name}` }, source);
  return element('details', { open: true }, element('summary', {}, name), text);
}
