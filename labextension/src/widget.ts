/** The anywidget module: traitlets `trace`, `step`, `selected` and `height`, in step with Python in both directions. */

import { show } from './core/view';

interface Traits {
  readonly trace: unknown;
  readonly step: number;
  /** The id of a node, -1 for none. */
  readonly selected: number;
  readonly height: number;
}

/** What anywidget hands over; only what is used here. */
interface Model {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

interface RenderContext {
  readonly model: Model;
  readonly el: HTMLElement;
}

const NONE = -1;

function idOf(selected: number): number | null {
  return selected === NONE ? null : selected;
}

function render({ model, el }: RenderContext): () => void {
  const send = <K extends 'step' | 'selected'>(name: K, value: Traits[K]): void => {
    if (model.get(name) === value) return;
    model.set(name, value);
    model.save_changes();
  };
  const open = () =>
    show(el, model.get('trace'), {
      height: model.get('height'),
      step: model.get('step'),
      selected: idOf(model.get('selected')),
      onStep: step => send('step', step),
      onSelect: id => send('selected', id ?? NONE),
    });
  let view = open();
  const reopen = (): void => {
    view?.dispose();
    el.replaceChildren();
    view = open();
  };
  const listeners: Readonly<Record<string, () => void>> = {
    'change:trace': reopen,
    'change:height': reopen,
    'change:step': () => view?.seek(model.get('step')),
    'change:selected': () => view?.select(idOf(model.get('selected'))),
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    view?.dispose();
  };
}

export default { render };
