import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Write } from '../../agent/cli/agent-commands.js';
import { CliError } from '../../agent/cli/exit-codes.js';
import { jsonText } from '../../agent/cli/json-option.js';
import { coloursOf } from '../../agent/cli/terminal/colours.js';
import { ProgressBar } from '../../agent/cli/terminal/progress-bar.js';
import { CausewayProcess } from './child-process.js';
import { demoFolder, type DemoFolder } from './demo-folder.js';
import { EmbeddedDirectory } from './directory/embedded-directory.js';
import { prepareFiles, type DemoFiles } from './prepare-files.js';
import { describeRun, runOutcome, runState, type RunOutcome } from './progress.js';
import { Rest } from './rest.js';
import { whatToTry } from './what-to-try.js';
import { fillDirectory, meddleWithDirectory, writeFirstHrFile, writeSecondHrFile, SUFFIX } from './world.js';

export interface DemoOptions {
  /** End after the job. */
  readonly once: boolean;
  readonly folder: string | undefined;
  /** Figures as one document instead of text. */
  readonly json: boolean;
}

const ADMIN_DN = `cn=admin,${SUFFIX}`;

/** What a run of the demo says, and shows while it works. */
interface Stage {
  say(line?: string): void;
  heading(line: string): void;
  readonly bar: ProgressBar | undefined;
}

/**
 * The main job on embedded targets: a controller and an agent as processes of their own, joined only by the agent's
 * outbound mTLS WebSocket; behind the agent a CSV file and a directory; two nights of reconciliation. Resolves when it has
 * stopped, after the job or after a signal; rejects with a CliError when something went wrong.
 */
export async function runDemo({ once, folder: wanted, json }: DemoOptions, write: Write): Promise<void> {
  const started = Date.now();
  const say = (line = ''): void => { if (!json) write(`${line}\n`); };
  const stage: Stage = { say, heading: (line) => { say(coloursOf(write).strong(line)); }, bar: json ? undefined : new ProgressBar(process.stdout) };
  const folder = await demoFolder(wanted);
  const directory = new EmbeddedDirectory({ suffix: SUFFIX, adminDn: ADMIN_DN, adminPassword: 'directory-secret' });
  let processes: DemoProcesses | undefined;
  let isKept = !folder.isTemporary;
  const over = new AbortController();
  try {
    fillDirectory(directory.tree);
    const files = await prepareFiles(folder.path, { port: await directory.listen(), adminDn: ADMIN_DN, password: 'directory-secret' });
    await writeFirstHrFile(files.csvFile);
    say(`Made certificates, an HR file of 10,000 people and a directory of ${directory.tree.size} entries.`);
    processes = new DemoProcesses(files, folder);
    say(`Started controller (pid ${processes.pids[0] ?? '?'}) and agent (pid ${processes.pids[1] ?? '?'}).`);
    const runs = await Promise.race([runJob(new Rest(files.baseUrl, files.user, files.password, over.signal), files, directory, stage), processes.ended]);
    if (runs === undefined) return; // told to stop
    const seconds = (Date.now() - started) / 1000;
    if (json) write(jsonText({ runs, seconds }));
    say(`\nDone ${seconds.toFixed(1)} s after the start.`);
    if (once) return;
    say(whatToTry(files, ADMIN_DN));
    await processes.ended;
  } catch (error) {
    isKept = true;
    const what = error instanceof Error ? error.message : String(error);
    throw new CliError(`${what}\nLogs: ${join(folder.path, 'log')}`);
  } finally {
    over.abort();
    stage.bar?.end();
    await processes?.stop();
    await directory.close();
    if (!isKept) await rm(folder.path, { recursive: true, force: true });
  }
}

/** Controller and agent. */
class DemoProcesses {
  /** Resolves after a signal to this process; rejects when one of the two dies. */
  readonly ended: Promise<undefined>;
  readonly #processes: readonly CausewayProcess[];

  constructor(files: DemoFiles, { path }: DemoFolder) {
    let onDeath: (error: CliError) => void = () => undefined;
    this.ended = new Promise((resolve, reject) => {
      onDeath = reject;
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { resolve(undefined); });
    });
    this.ended.catch(() => undefined); // told by whoever waits for it
    const start = (name: 'controller' | 'agent', config: string): CausewayProcess => {
      const log = join(path, 'log', `${name}.log`);
      return new CausewayProcess(name, [name, 'run', '--config', config], log, (code) => { onDeath(new CliError(`The ${name} ended unexpectedly (${code ?? 'signal'}); its log: ${log}`)); });
    };
    this.#processes = [start('controller', files.controllerConfig), start('agent', files.agentConfig)];
  }

  get pids(): readonly (number | undefined)[] {
    return this.#processes.map(({ pid }) => pid);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.stop()));
  }
}

async function runJob(rest: Rest, files: DemoFiles, directory: EmbeddedDirectory, stage: Stage): Promise<readonly RunOutcome[]> {
  for (const system of ['hr', 'ldap']) {
    await rest.until(`System ${system} becoming reachable through the agent`, 60_000, () => rest.post(`/openidm/system/${system}?_action=test`), (status) => status['ok'] === true);
  }
  stage.say('Agent connected; both systems answer.\n');
  stage.heading('First night: the HR file meets the directory.');
  const first = await reconcile(rest, stage);
  stage.say('\nDuring the day people are hired, promoted and leave, and somebody deletes 40 accounts by hand.\n');
  await writeSecondHrFile(files.csvFile);
  meddleWithDirectory(directory.tree);
  stage.heading('Second night.');
  return [first, await reconcile(rest, stage)];
}

async function reconcile(rest: Rest, { say, bar }: Stage): Promise<RunOutcome> {
  const { _id: id } = await rest.post('/openidm/recon?_action=recon&mapping=hr_ldap');
  for (;;) {
    const summary = await rest.get(`/openidm/recon/${String(id)}`);
    if (summary['state'] !== 'ACTIVE') {
      bar?.end();
      if (summary['state'] !== 'SUCCESS') throw new Error(`The reconciliation ended as ${String(summary['state'])}: ${JSON.stringify(summary['messages'] ?? summary['message'] ?? '')}`);
      const outcome = runOutcome(summary);
      say(describeRun(outcome));
      return outcome;
    }
    const { done, total, text } = runState(summary);
    bar?.show(done, total, text);
    await delay(250);
  }
}
