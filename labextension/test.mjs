/** Bundles the tests with esbuild into a temporary folder and runs them with node's own test runner. */

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = process.argv[2] ?? '';
const tests = readdirSync(path.join(here, 'test')).filter(
  name => name.endsWith('.test.ts') && name.includes(wanted),
);
const folder = mkdtempSync(path.join(tmpdir(), 'symlab-tests-'));
try {
  await build({
    entryPoints: tests.map(name => path.join(here, 'test', name)),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: { '.css': 'text' },
    outExtension: { '.js': '.mjs' },
    define: { DATA: JSON.stringify(path.join(here, '..', 'tests', 'data')) },
    sourcemap: 'inline',
    outdir: folder,
    logLevel: 'warning',
  });
  const files = tests.map(name => path.join(folder, name.replace(/\.ts$/, '.mjs')));
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
    stdio: 'inherit',
    cwd: here,
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
