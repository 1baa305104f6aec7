/**
 * The extension's entry: a module federation container, written by hand.
 *
 * JupyterLab asks of a prebuilt extension only `window._JUPYTERLAB[name] = { init, get }`: init receives the modules that
 * the host shares, get gives the factory of a module that package.json names.
 */

import type { HostModules, Plugin, Token, WidgetClass } from './host';
import { makePlugins } from './plugins';

interface SharedModule {
  readonly get: () => Promise<() => unknown>;
  readonly loaded?: number | boolean;
}

type ShareScope = Readonly<Record<string, Readonly<Record<string, SharedModule>>>>;

interface Container {
  init(scope: ShareScope): Promise<void>;
  get(name: string): Promise<() => unknown>;
}

const NAME = 'symlab';
let shared: ShareScope = {};

/** The host's module of a name: the version that is loaded already, else the newest. */
async function hostModule(name: string): Promise<Readonly<Record<string, unknown>>> {
  const versions = Object.entries(shared[name] ?? {});
  const best = versions.sort(([a, { loaded: aIn }], [b, { loaded: bIn }]) => {
    return Number(Boolean(bIn)) - Number(Boolean(aIn)) || b.localeCompare(a, 'en', { numeric: true });
  })[0];
  if (!best) throw new Error(`symlab: this application does not share ${name}`);
  return (await best[1].get())() as Readonly<Record<string, unknown>>;
}

async function hostModules(): Promise<HostModules> {
  const names = [
    '@lumino/widgets',
    '@jupyterlab/rendermime',
    '@jupyterlab/apputils',
    '@jupyterlab/application',
  ];
  const [widgets, rendermime, apputils, application] = await Promise.all(names.map(hostModule));
  return {
    Widget: widgets['Widget'] as WidgetClass,
    rendermime: rendermime['IRenderMimeRegistry'] as Token,
    palette: apputils['ICommandPalette'] as Token,
    restorer: application['ILayoutRestorer'] as Token,
  };
}

async function extension(): Promise<{ __esModule: true; default: Plugin[] }> {
  return { __esModule: true, default: makePlugins(await hostModules()) };
}

const container: Container = {
  init: scope => {
    shared = scope;
    return Promise.resolve();
  },
  get: async name => {
    if (name !== './extension') throw new Error(`symlab: there is no module ${name}`);
    const module = await extension();
    return () => module;
  },
};

const page = window as unknown as { _JUPYTERLAB?: Record<string, Container> };
(page._JUPYTERLAB ??= {})[NAME] = container;
