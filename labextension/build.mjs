/**
 * Builds what is committed: the widget's module, the script and frame of a page of its own, and the lab extension.
 * `node build.mjs FOLDER` builds into another folder, in the same layout, so that a test can compare.
 */

import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.argv[2] ?? path.join(here, '..', 'symlab'));
const statics = path.join(target, 'viz', 'static');
const labextension = path.join(target, 'labextension');
const manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));

/** Every file of a folder, by its path with slashes, in the order of code points. */
function filesBelow(folder) {
  const entries = readdirSync(path.join(here, folder), { recursive: true, withFileTypes: true });
  const names = entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath, entry.name));
  return names.map(name => path.relative(here, name).replaceAll(path.sep, '/')).sort();
}

/** The hash of all that the build depends on; tests/viz/test_build.py computes the same. */
function sourceHash() {
  const hash = createHash('sha256');
  for (const name of [...filesBelow('src'), 'build.mjs', 'package.json'].sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(path.join(here, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

async function bundle(entry, format, extra = {}) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    charset: 'ascii',
    loader: { '.css': 'text' },
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    ...extra,
  });
  return result.outputFiles[0].contents;
}

function write(folder, name, contents) {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), contents);
}

async function buildStatics() {
  rmSync(statics, { recursive: true, force: true });
  write(statics, 'widget.js', await bundle('src/widget.ts', 'esm'));
  write(statics, 'standalone.js', await bundle('src/standalone.ts', 'iife', { globalName: 'symlab' }));
  cpSync(path.join(here, 'src', 'page.html'), path.join(statics, 'page.html'));
  write(statics, 'build.json', `${JSON.stringify({ sources: sourceHash() }, null, 2)}\n`);
}

async function buildLabextension() {
  rmSync(labextension, { recursive: true, force: true });
  const code = await bundle('src/lab/container.ts', 'iife');
  const entry = `static/remoteEntry.${createHash('sha256').update(code).digest('hex').slice(0, 20)}.js`;
  write(labextension, entry, code);
  const { name, version, description, author, license, keywords, jupyterlab } = manifest;
  const _build = { load: entry, extension: './extension' };
  const built = {
    name,
    version,
    description,
    author,
    license,
    keywords,
    jupyterlab: { ...jupyterlab, _build },
  };
  write(labextension, 'package.json', `${JSON.stringify(built, null, 2)}\n`);
  cpSync(path.join(here, 'install.json'), path.join(labextension, 'install.json'));
}

await Promise.all([buildStatics(), buildLabextension()]);
