/** The passes and the slider through all rewrites. */

import { element, fill, icon, iconButton } from './dom';
import { counted, duration } from './describe';
import type { Session } from './session';
import type { Pass } from './trace';

/** The list of passes, with the number of their rewrites and their time. */
export class PassList {
  readonly node = element('nav', { class: 'sl-bar sl-passes', 'aria-label': 'Passes' });
  private showsAll = false;

  constructor(private readonly session: Session) {
    session.on('step', () => this.update());
    this.update();
  }

  private update(): void {
    const { trace, player } = this.session;
    const current = player.passOf(player.at);
    const idle = trace.passes.filter(pass => pass.count === 0).length;
    const shown = trace.passes.filter(pass => this.showsAll || pass.count > 0);
    const written = element(
      'button',
      {
        type: 'button',
        class: 'sl-pass',
        'aria-current': player.at === 0 && 'step',
        click: () => this.session.seek(0),
      },
      'as written',
    );
    fill(
      this.node,
      written,
      ...shown.map(pass => this.chip(pass, pass === current)),
      idle ? this.moreButton(idle) : null,
    );
    this.node.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  private chip(pass: Pass, isCurrent: boolean): HTMLElement {
    const numbers = `${pass.count} · ${duration(pass.microseconds)}`;
    const title =
      `${counted(pass.count, 'rewrite')} in ${duration(pass.microseconds)}, ` +
      `${pass.nodesBefore} → ${counted(pass.nodesAfter, 'node')}. Click: after the pass; again: before it.`;
    return element(
      'button',
      {
        type: 'button',
        class: 'sl-pass',
        title,
        'aria-current': isCurrent && 'step',
        click: () => this.jump(pass),
      },
      pass.name,
      element('small', {}, numbers),
    );
  }

  /** Goes to the end of a pass, or, from there, to its start. */
  private jump({ first, count }: Pass): void {
    const end = first + count;
    this.session.seek(this.session.player.at === end ? first : end);
  }

  private moreButton(idle: number): HTMLElement {
    const text = this.showsAll ? 'hide those without effect' : `${idle} without effect hidden`;
    const toggle = (): void => {
      this.showsAll = !this.showsAll;
      this.update();
    };
    return element(
      'button',
      { type: 'button', class: 'sl-more', 'aria-expanded': String(this.showsAll), click: toggle },
      text,
    );
  }
}

/** Buttons and slider: one rewrite, one pass, all of them. */
export class Timeline {
  readonly node: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly position = element('output', { class: 'sl-position' });
  private readonly playButton: HTMLButtonElement;

  constructor(private readonly session: Session) {
    const { player } = session;
    this.slider = element('input', {
      type: 'range',
      min: 0,
      max: player.last,
      step: 1,
      'aria-label': 'Rewrite',
    });
    this.slider.addEventListener('input', () => session.seek(this.slider.valueAsNumber));
    this.playButton = iconButton('play', 'Play (Space)', () => session.play(!session.isPlaying));
    this.node = element(
      'div',
      { class: 'sl-bar sl-timeline', role: 'toolbar', 'aria-label': 'Rewrites' },
      iconButton('first', 'To the start of the pass (K)', () => session.seek(player.previousPassStart())),
      iconButton('previous', 'Previous rewrite (k)', () => session.seek(player.at - 1)),
      this.playButton,
      iconButton('next', 'Next rewrite (j)', () => session.seek(player.at + 1)),
      iconButton('last', 'To the end of the pass (J)', () => session.seek(player.nextPassEnd())),
      element('div', { class: 'sl-track' }, this.boundaries(), this.slider),
      this.position,
    );
    session.on('step', () => this.update());
    session.on('play', () => this.update());
    this.update();
  }

  /** One stretch a pass, so that the slider shows where passes begin and end. */
  private boundaries(): HTMLElement {
    const { trace, player } = this.session;
    const stretches = trace.passes
      .filter(pass => pass.count > 0)
      .map(({ name, first, count }) => {
        const style = `left: ${(100 * first) / player.last}%; width: ${(100 * count) / player.last}%`;
        return element('span', { class: 'sl-stretch', style, 'data-pass': name });
      });
    return element('div', { class: 'sl-stretches', 'aria-hidden': 'true' }, ...stretches);
  }

  private update(): void {
    const { player, isPlaying } = this.session;
    this.slider.value = String(player.at);
    const name = player.step
      ? `${player.step.rule.name}, ${player.passOf(player.at)?.name ?? ''}`
      : 'as written';
    this.slider.setAttribute('aria-valuetext', `${player.at} of ${player.last}: ${name}`);
    fill(this.position, `${player.at} / ${player.last}`);
    this.playButton.replaceChildren(icon(isPlaying ? 'pause' : 'play'));
    this.playButton.setAttribute('aria-pressed', String(isPlaying));
  }
}
