/**
 * `node scripts/fleet-run.mjs`: three controllers over NATS and PostgreSQL, four agents in two groups, many callers, and a controller and
 * an agent killed again and again. `--seconds N` (300), `--callers N` (200), `--kill-every N` seconds (30). Needs the build
 * (npm run build), PostgreSQL and nats-server. Figures go to var/fleet-run/figures.json, what is printed to var/fleet-run/run.log.
 * Ends with one line, and with code 1 when an error was not retryable, a write was lost or doubled, or a read was wrong.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' }, callers: { type: 'string', default: '200' }, 'kill-every': { type: 'string', default: '30' } } });
const [seconds, callers, killEvery] = [values.seconds, values.callers, values['kill-every']].map(Number);
if (![seconds, callers, killEvery].every((each) => Number.isFinite(each) && each >= 1)) {
  console.error('--seconds, --callers and --kill-every must be numbers of 1 or more.');
  process.exit(2);
}
const directory = join(root, 'var/fleet-run');
mkdirSync(directory, { recursive: true });
const log = join(directory, 'run.log');
writeFileSync(log, '');
const report = (line) => {
  console.log(line);
  appendFileSync(log, `${line}\n`);
};
await withTypeScript(async (load) => {
  const { fleetRun } = await load('/test/fleet-run/fleet-run.ts');
  const result = await fleetRun({ seconds, callers, killEvery, report });
  const { reckoning, errors, wrongReads, notRetryable, milliseconds, answers } = result;
  writeFileSync(join(directory, 'figures.json'), `${JSON.stringify({ at: new Date().toISOString(), node: process.version, seconds, callers, killEvery, ...result }, null, 2)}\n`);
  report(`answers: ${JSON.stringify(answers)}; milliseconds: ${JSON.stringify(milliseconds)}; kills: ${result.kills.length}`);
  report(`errors by kind: ${JSON.stringify(errors)}`);
  report(`writes told nothing (connection reset): ${reckoning.untold.done} done, ${reckoning.untold.notDone} not; told that it is unknown: ${reckoning.toldUnknown.done} done, ${reckoning.toldUnknown.notDone} not; told to have failed and done: ${reckoning.untrue.length}`);
  report(`reads with wrong or missing rows: ${wrongReads.length}`);
  for (const [what, list] of Object.entries({ lost: reckoning.lost, doubled: reckoning.doubled, 'failed and done': reckoning.untrue, 'wrong read': wrongReads, 'not retryable': notRetryable })) for (const each of list.slice(0, 20)) report(`${what}: ${each}`);
  report(result.line);
  process.exitCode = result.isGood ? 0 : 1;
});
process.exit();
