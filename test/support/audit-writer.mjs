/**
 * A process that writes an audit log until it is killed: `audit-writer.mjs DIST DIRECTORY OPTIONS`. Prints `ack UID` for each
 * delete whose line was acknowledged, `refused UID` for one that was not begun, `read UID` for each read that went on.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, directory, text] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const [{ openAuditLog }, { systemClock }] = await Promise.all([load('agent/audit/open-audit-log.js'), load('agent/system-clock.js')]);
const { workers, reads, pause, ...options } = JSON.parse(text);
const quiet = () => undefined;
const log = await openAuditLog({
  directory, fsync: 'always', fsyncInterval: 50, whenUnwritable: 'refuse-writes', writeTimeout: 10_000, rotateSize: 1024 ** 3, rotateAge: 86_400_000,
  retention: {}, anchorInterval: 0, shipping: [], origin: { agent: 'child' }, clock: systemClock, log: { debug: quiet, info: quiet, warn: quiet, error: quiet }, ...options,
});
const record = (operation, uid) => ({ operation, connector: 'ldap', objectClass: '__ACCOUNT__', uid, principal: 'controller-1', session: process.pid.toString(), messageId: 1, duration: 1, outcome: 'ok' });
const say = (what) => { writeSync(1, `${what}\n`); };
const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

async function work(worker) {
  for (let n = 0; ; n += 1) {
    const uid = `${process.pid}-${worker}-${n}`;
    try {
      log.admit('delete');
      await log.operation(record('delete', uid));
      say(`ack ${uid}`);
    } catch (error) {
      say(`refused ${uid} ${error.name} ${error.kind} ${error.message}`);
    }
    if (reads) {
      log.admit('search');
      await log.operation(record('search', uid));
      say(`read ${uid}`);
    }
    if (pause > 0) await wait(pause);
  }
}

say('ready');
await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
