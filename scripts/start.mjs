/** `npm start`: installs, builds, runs the main job on embedded targets, and leaves the console open for inspection until Ctrl-C (`--once` ends it). Arguments go to the demo. */
import { spawn } from 'node:child_process';
import { installPackages, root, run } from './run.mjs';

await installPackages();
console.log('Building …');
await run(process.execPath, ['scripts/build.mjs']);
const demo = spawn(process.execPath, ['dist/deploy/cli/causeway.js', 'demo', '--folder', 'var/demo', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => demo.kill(signal));
demo.on('exit', (code) => process.exit(code ?? 1));
