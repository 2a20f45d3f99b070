import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CausewayProcess } from './child-process.js';
import { EmbeddedDirectory } from './directory/embedded-directory.js';
import { prepareFiles, type DemoFiles } from './prepare-files.js';
import { ProgressLine, describeRun } from './progress.js';
import { Rest, type Json } from './rest.js';
import { fillDirectory, meddleWithDirectory, writeFirstHrFile, writeSecondHrFile, SUFFIX } from './world.js';

/**
 * The main job on embedded targets: a controller and an agent as processes of their own, joined only by the agent's
 * outbound mTLS WebSocket; behind the agent a CSV file and a directory; two nights of reconciliation. Stays up until
 * Ctrl-C, or ends after the job with `--once`.
 */
const say = (line = ''): boolean => process.stdout.write(`${line}\n`);
const adminDn = `cn=admin,${SUFFIX}`;

async function reconcile(rest: Rest): Promise<Json> {
  const { _id: id } = await rest.post('/openidm/recon?_action=recon&mapping=hr_ldap');
  const line = new ProgressLine(process.stdout);
  for (;;) {
    const summary = await rest.get(`/openidm/recon/${String(id)}`);
    line.show(summary);
    if (summary['state'] !== 'ACTIVE') {
      line.end();
      if (summary['state'] !== 'SUCCESS') throw new Error(`The reconciliation ended as ${String(summary['state'])}: ${JSON.stringify(summary['messages'] ?? summary['message'] ?? '')}`);
      say(describeRun(summary));
      return summary;
    }
    await delay(250);
  }
}

async function runJob(rest: Rest, files: DemoFiles, directory: EmbeddedDirectory): Promise<void> {
  for (const system of ['hr', 'ldap']) {
    await rest.until(`System ${system} becoming reachable through the agent`, 60_000, () => rest.post(`/openidm/system/${system}?_action=test`), (status) => status['ok'] === true);
  }
  say('Agent connected; both systems answer.\n');
  say('First night: the HR file meets the directory.');
  await reconcile(rest);
  say('\nDuring the day people are hired, promoted and leave, and somebody deletes 40 accounts by hand.\n');
  await writeSecondHrFile(files.csvFile);
  meddleWithDirectory(directory.tree);
  say('Second night.');
  await reconcile(rest);
}

function whatToTry(files: DemoFiles): string {
  const curl = `curl -s -H 'X-OpenIDM-Username: ${files.user}' -H 'X-OpenIDM-Password: ${files.password}'`;
  const base = files.baseUrl;
  return `
The controller, the agent and the directory stay up. Things to try:

  ${curl} -X POST '${base}/openidm/system?_action=test'
  ${curl} '${base}/openidm/system/ldap/account?_queryFilter=sn+eq+"Jensen"&_pageSize=3&_fields=uid,cn,title&_prettyPrint=true'
  ${curl} '${base}/openidm/system/hr/account?_queryFilter=title+sw+"Nurse"+and+departmentNumber+eq+"103"&_fields=uid,cn'
  ${curl} -H 'Content-Type: application/json' -X POST -d '{"dn":"uid=ada,ou=People,dc=example,dc=com","uid":"ada","cn":"Ada Lovelace","sn":"Lovelace"}' '${base}/openidm/system/ldap/account?_action=create'
  ${curl} -X POST '${base}/openidm/recon?_action=recon&mapping=hr_ldap&waitForCompletion=true'
  ldapsearch -x -H ldap://127.0.0.1:${files.directoryPort} -D '${adminDn}' -w '${files.directoryPassword}' -b ${SUFFIX} uid=contractor7

Files and logs: ${files.folder}
Press Ctrl-C to stop.`;
}

async function main(): Promise<void> {
  const started = Date.now();
  const once = process.argv.includes('--once');
  const folder = resolve('var/demo');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'log'), { recursive: true, mode: 0o700 });
  const directory = new EmbeddedDirectory({ suffix: SUFFIX, adminDn, adminPassword: 'directory-secret' });
  fillDirectory(directory.tree);
  const files = await prepareFiles(folder, { port: await directory.listen(), adminDn, password: 'directory-secret' });
  await writeFirstHrFile(files.csvFile);
  say(`Made certificates, an HR file of 10,000 people and a directory of ${directory.tree.size} entries.`);

  const processes: CausewayProcess[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (code: number): Promise<void> => stopping ??= (async () => {
    await Promise.all(processes.map((each) => each.stop()));
    await directory.close();
    process.exitCode = code;
  })();
  const onDeath = (name: string) => (code: number | null): void => {
    process.stderr.write(`The ${name} ended unexpectedly (${code ?? 'signal'}); its log: ${join(folder, 'log', `${name}.log`)}\n`);
    void stop(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
  processes.push(new CausewayProcess('controller', ['controller', 'run', '--config', files.controllerConfig], join(folder, 'log', 'controller.log'), onDeath('controller')));
  processes.push(new CausewayProcess('agent', ['agent', 'run', '--config', files.agentConfig], join(folder, 'log', 'agent.log'), onDeath('agent')));
  say(`Started controller (pid ${processes[0]?.pid ?? '?'}) and agent (pid ${processes[1]?.pid ?? '?'}).`);
  try {
    await runJob(new Rest(files.baseUrl, files.user, files.password), files, directory);
  } catch (error) {
    if (stopping !== undefined) return await stopping;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nLogs: ${join(folder, 'log')}\n`);
    return await stop(1);
  }
  say(`\nDone ${((Date.now() - started) / 1000).toFixed(1)} s after the start.`);
  if (once) return await stop(0);
  say(whatToTry(files));
}

await main();
