import { setTimeout as pause } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedDirectory } from '../../deploy/demo/directory/embedded-directory.js';
import { startAgent, startController, type Agent, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { LDAP_REF } from '../support/provisioners.js';
import type { Json } from '../support/rest-client.js';
import { until } from '../support/until.js';

const SUFFIX = 'dc=example,dc=com';
const ADMIN = `cn=admin,${SUFFIX}`;
const NAMES = ['site1', 'site2'] as const;
/** Callers at a time, each waiting for its answer before it sends the next. */
const CALLERS = 6;
/** Operations that have to get through before, between and after the restarts. */
const BETWEEN = 60;
const MOST_RETRIES = 20;
const text = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string', required: true });

let world: World;
let directory: EmbeddedDirectory;
let controller: Controller;
const agents = new Map<string, Agent>();

beforeAll(async () => {
  world = await makeWorld();
  directory = new EmbeddedDirectory({ suffix: SUFFIX, adminDn: ADMIN, adminPassword: 'directory-secret' });
  directory.tree.add(SUFFIX, [{ name: 'objectClass', values: ['top', 'domain'] }, { name: 'dc', values: ['example'] }]);
  await world.provisioner('ldap', {
    name: 'ldap', connectorRef: { ...LDAP_REF, connectorHostRef: 'sites' },
    configurationProperties: { host: '127.0.0.1', port: await directory.listen(), principal: ADMIN, credentials: 'directory-secret', baseContexts: [SUFFIX], accountUserNameAttributes: ['uid'] },
    objectTypes: { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { dn: text('__NAME__'), uid: text('uid'), cn: text('cn'), sn: text('sn') } } },
  });
  await writeFile(world.path('conf', 'provisioner.openicf.connectorinfoprovider.json'), JSON.stringify({
    remoteConnectorClients: NAMES.map((name) => ({ name })),
    remoteConnectorServersGroups: [{ name: 'sites', algorithm: 'roundrobin', serversList: NAMES.map((name) => ({ name })) }],
  }));
  controller = await startController(world);
  for (const name of NAMES) agents.set(name, await startAgent(world, { name, controller }));
  await controller.systemReady('ldap');
}, 120_000);

afterAll(async () => {
  for (const agent of agents.values()) await agent.kill();
  await controller.kill();
  await directory.close();
  await world.remove();
});

/** Creates and reads people until told to stop. An answer other than success or 503 is a failure; 503 is tried again. */
class Callers {
  readonly created: string[] = [];
  readonly failures: string[] = [];
  retries = 0;
  done = 0;
  #isOver = false;
  readonly #running = Promise.all(Array.from({ length: CALLERS }, (_, caller) => this.#call(caller)));

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** So many more operations from now. */
  more(): Promise<void> {
    const wanted = this.done + BETWEEN;
    return until(() => this.done >= wanted || this.failures.length > 0, `${BETWEEN} more operations`, 60_000);
  }

  async #call(caller: number): Promise<void> {
    for (let number = 0; !this.#isOver; number += 1) {
      const uid = `p${caller}-${number}`;
      const dn = `uid=${uid},${SUFFIX}`;
      const made = await this.#send(`create ${uid}`, '/openidm/system/ldap/account?_action=create', { method: 'POST', body: { dn, uid, cn: uid, sn: 'Person' } });
      if (made === undefined) continue;
      this.created.push(uid);
      const read = await this.#send(`read ${uid}`, `/openidm/system/ldap/account/${String(made['_id'])}`, {});
      if (read !== undefined && read['uid'] !== uid) this.failures.push(`read ${uid}: ${JSON.stringify(read)}`);
    }
  }

  async #send(what: string, path: string, options: { readonly method?: string; readonly body?: unknown }): Promise<Json | undefined> {
    for (let attempt = 0; attempt < MOST_RETRIES; attempt += 1) {
      const { status, body } = await controller.rest.send(path, options);
      if (status >= 200 && status <= 299) {
        this.done += 1;
        return body;
      }
      if (status !== 503) {
        this.failures.push(`${what}, attempt ${attempt + 1}: ${status} ${JSON.stringify(body)}`);
        return undefined;
      }
      this.retries += 1;
      await pause(100); // as long as a caller waits that was told to try again
    }
    this.failures.push(`${what}: 503 ${MOST_RETRIES} times`);
    return undefined;
  }
}

async function bothServe(): Promise<void> {
  await until(async () => {
    const { connectorRef } = await controller.rest.post('/openidm/system?_action=availableConnectors') as { connectorRef: { connectorHostRef: string }[] };
    return NAMES.every((name) => connectorRef.some(({ connectorHostRef }) => connectorHostRef === name));
  }, 'both agents to offer their connectors');
}

it('two agents of a group are restarted one after the other under reads and creates: nothing is lost, nothing is done twice', async () => {
  await bothServe();
  const callers = new Callers();
  await callers.more();
  for (const name of NAMES) {
    const agent = agents.get(name)!;
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    await callers.more(); // the other one carries on alone
    await agent.restart();
    await bothServe();
    await callers.more();
  }
  await callers.end();
  console.log(`rolling restart: ${callers.done} operations, ${callers.retries} tried again, ${callers.failures.length} failed, ${callers.created.length} creates`);
  expect(callers.failures).toEqual([]);
  // The directory counts requests, successful or not: a create that was sent twice would show.
  expect(directory.counts.add).toBe(callers.created.length);
  expect(directory.tree.size).toBe(callers.created.length + 1);
  expect(new Set(callers.created).size).toBe(callers.created.length);
  expect(callers.done).toBeGreaterThanOrEqual(BETWEEN * 5);
}, 150_000);
