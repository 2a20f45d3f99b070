/** Running a command of the build: shows its output, fails with its exit code. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Rejects when the command ends with anything but 0. `options.onLine` sees every line of its standard output. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const { onLine, ...spawnOptions } = options;
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'], ...spawnOptions });
    if (onLine) {
      let rest = '';
      child.stdout.setEncoding('utf8');
      child.stdout.on('data', (chunk) => {
        process.stdout.write(chunk);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        lines.forEach(onLine);
      });
    }
    child.on('error', reject);
    child.on('exit', (code, signal) => (code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}`))));
  });
}

/** Runs a command on what processor time others leave. How it went, and what it printed. */
export function runBeside(command, args) {
  return new Promise((resolve) => {
    const child = spawn('nice', ['-n', '19', command, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { output += chunk; });
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code, signal) => resolve({ ok: code === 0, output: code === 0 ? output : `${output}${command} ${args.join(' ')} ended with ${signal ?? code}` }));
  });
}

/** `npm ci` unless node_modules already holds what the lock file says. */
export async function installPackages() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  if (existsSync(installed)) {
    const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
    const missing = Object.entries(wanted).filter(([path, entry]) => path !== '' && !entry.optional && present[path]?.version !== entry.version);
    if (missing.length === 0) return;
  }
  console.log('Installing packages (npm ci) …');
  await run('npm', ['ci', '--no-fund', '--no-audit']);
}
