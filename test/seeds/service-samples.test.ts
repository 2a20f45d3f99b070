import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../controller/crest/json.js';
import { loadConnector } from '../../connectors/registry.js';
import { specificationOf } from '../contract/specification.js';
import { ADMIN, ADMIN_PASSWORD } from '../support/causeway-world.js';
import { startChain, type Chain } from '../support/chain.js';
import { until } from '../support/until.js';
import type { Json } from '../support/rest-client.js';
import { curlCommands, type CurlCommand } from './curl-commands.js';
import { SAMPLED_SERVICES, type SampledService } from './service-samples.js';

const SEED = readFileSync(new URL('../../../shared/seeds/004_ba1e68966c9616c1.txt', import.meta.url), 'utf8');

let chain: Chain;
/** Sent with the built-in actions of MS Graph, which do not run it. */
const ALLOWED = createHash('sha256').update('return;').digest('hex');
beforeAll(async () => { chain = await startChain({ policy: `version: 1\ndefault: allow\nscripts: {sha256: [${ALLOWED}]}\n` }); }, 120_000);
afterAll(() => chain.stop());

async function sectionOf(id: string): Promise<readonly CurlCommand[]> {
  const { seed: { lines: [from, to] } } = await specificationOf(id);
  return curlCommands(SEED, from, to);
}

/** `/openidm/system/Box/__ACCOUNT__/347` → the class and the id; some samples leave out /openidm. */
function placeOf({ path }: CurlCommand): { readonly type: string | undefined; readonly id: string | undefined } {
  const [, type, id] = /^(?:\/openidm)?\/system\/[^/]+(?:\/([^/]+))?(?:\/(.+))?$/.exec(path.replace(/\/$/, '')) ?? [];
  return { type, id: id?.split('/').map(decodeURIComponent).join('/') };
}

/** The objects the samples of a service speak of. */
class Told {
  readonly #service: SampledService;
  readonly #system: string;
  readonly #commands: readonly CurlCommand[];
  /** Their ids here, by class. */
  readonly #made = new Map<string, string[]>();

  constructor(system: string, service: SampledService, commands: readonly CurlCommand[]) {
    this.#system = system;
    this.#service = service;
    this.#commands = commands;
  }

  body({ body }: CurlCommand): string | undefined {
    return body === undefined ? undefined : [...this.#service.replaced].reduce((text, [there, here]) => text.replaceAll(there, here), body);
  }

  /**
   * The object a sample addresses: one made before, or by the class's own first sample of a create where there is none now. Of a class
   * that none is made of, what the samples speak of is there under their own ids.
   */
  async idOf(type: string, line: number, addressed: string): Promise<string> {
    const there = this.#made.get(type)?.at(this.#service.ofTheFirst?.includes(line) === true ? 0 : -1);
    if (there !== undefined) return there;
    const existing = this.#service.existing?.[type];
    if (existing !== undefined) return existing;
    const create = this.#commands.find((command) => command.method === 'POST' && placeOf(command).type === type && placeOf(command).id === undefined && command.body !== undefined);
    if (create === undefined) return addressed;
    return this.note(type, await (await this.send(create, '')).json() as Json);
  }

  note(type: string, { _id: id }: Json): string {
    this.#made.set(type, [...this.#made.get(type) ?? [], String(id)]);
    return String(id);
  }

  /** The one made last is not there any more. */
  forget(type: string): void {
    this.#made.get(type)?.pop();
  }

  async send(command: CurlCommand, id: string): Promise<Response> {
    const { type } = placeOf(command);
    const place = [chain.rest.base, 'openidm/system', this.#system, ...(type === undefined ? [] : [type]), ...(id === '' ? [] : id.split('/').map(encodeURIComponent))].join('/').replace(/([^:])\/\//g, '$1/');
    const headers = Object.fromEntries(Object.entries(command.headers).map(([name, value]) => [name.toLowerCase(), name.toLowerCase() === 'x-openidm-password' && value === ADMIN ? ADMIN_PASSWORD : value]));
    const body = this.body(command);
    return fetch(`${place}${command.query === '' ? '' : `?${command.query}`}`, {
      method: command.method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body }), signal: AbortSignal.timeout(60_000),
    });
  }
}

function withTypes(command: CurlCommand, { types = {} }: SampledService): CurlCommand {
  const { type } = placeOf(command);
  return type === undefined || types[type] === undefined ? command : { ...command, path: command.path.replace(`/${type}`, `/${types[type]}`) };
}

function expectAsTold(command: CurlCommand, { ok, status }: Response, answer: Json): void {
  const { type } = placeOf(command);
  const shown = `line ${command.line}: ${command.method} ${command.path}?${command.query} → ${status} ${JSON.stringify(answer).slice(0, 600)}`;
  if (command.query.includes('_action=script')) expect(answer, shown).toMatchObject({ actions: [{ result: expect.anything() as unknown }] });
  else if (type === undefined) expect([answer].flat(), shown).toContainEqual(expect.objectContaining({ ok: true }));
  else if (/_query(?:Filter|Id)=/.test(command.query)) expect(Object.keys(answer), shown).toEqual(['result', 'resultCount', 'pagedResultsCookie', 'totalPagedResultsPolicy', 'totalPagedResults', 'remainingPagedResults']);
  else {
    expect(ok, shown).toBe(true);
    expect(Object.keys(answer), shown).toContain('_id');
    expect(JSON.stringify(answer), shown).not.toContain('__PASSWORD__');
  }
}

describe.each(Object.keys(SAMPLED_SERVICES))('the requests of the seed for %s, against the controller', (id) => {
  let service: SampledService;
  let told: Told;
  let commands: readonly CurlCommand[];
  beforeAll(async () => {
    service = await SAMPLED_SERVICES[id]!();
    commands = (await sectionOf(id)).map((command) => withTypes({ ...command, ...service.corrected?.[command.line]?.(command) }, service));
    const { key } = (await loadConnector(id))!;
    const configuration = { name: id, connectorRef: { ...key, connectorHostRef: 'site1' }, configurationProperties: service.configurationProperties };
    const asked = () => chain.rest.post('/openidm/system?_action=createFullConfig', configuration).catch(() => undefined);
    await until(async () => await asked() !== undefined, `the agent to tell of ${id}`);
    const full = await asked() as JsonObject;
    await chain.world.provisioner(id, { ...full, name: id, connectorRef: configuration.connectorRef, configurationProperties: service.configurationProperties, systemActions: service.systemActions ?? [] });
    await chain.controller.systemReady(id);
    told = new Told(id, service, commands);
  }, 120_000);
  afterAll(() => service.stop());

  it('are there, and each is answered as the text says', async () => {
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const { type, id: addressed } = placeOf(command);
      service.before?.[command.line]?.();
      const response = await told.send(command, type === undefined || addressed === undefined ? '' : await told.idOf(type, command.line, addressed));
      const answer = await response.json() as Json;
      expectAsTold(command, response, answer);
      if (command.method === 'DELETE' && type !== undefined) told.forget(type);
      if (command.method === 'POST' && type !== undefined && addressed === undefined && command.body !== undefined) told.note(type, answer);
    }
  }, 300_000);
});
