import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_PASSWORD } from '../support/causeway-world.js';
import { startChain, type Chain } from '../support/chain.js';
import { peopleLdif } from '../support/people-ldif.js';
import { CSV_REF, LDAP_REF } from '../support/provisioners.js';
import type { Json } from '../support/rest-client.js';
import { curlCommands, type CurlCommand } from './curl-commands.js';

/** Runs only where the seed texts stand beside the checkout (`.ci/run`). */
const SEED = readFileSync(new URL('../../../shared/seeds/004_ba1e68966c9616c1.txt', import.meta.url), 'utf8');
const CSV_SECTION = [7252, 7495] as const;
const LDAP_SECTION = [19324, 20762] as const;
/** Those to systems; curl-samples.test.ts has the others, too. */
const all = curlCommands(SEED).filter(({ path }) => path.includes('/system'));

const QUERY_ANSWER = ['result', 'resultCount', 'pagedResultsCookie', 'totalPagedResultsPolicy', 'totalPagedResults', 'remainingPagedResults'];
const STATUS = ['name', 'enabled', 'config', 'connectorRef', 'displayName', 'objectTypes', 'ok'];

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({
    ldap: { ldif: peopleLdif(0, 60) },
    csv: `uid,firstName,lastName,email,badge,password\n${Array.from({ length: 60 }, (_, n) => `u${n},First${n},Last,u${n}@example.com,${n},pw`).join('\n')}\n`,
  });
}, 120_000);
afterAll(() => chain.stop());

/** A JSON fragment of the seed: from `"key"` to the end of its value. */
function fragment(section: readonly [number, number], key: string): Json {
  const text = SEED.split('\n').slice(section[0] - 1, section[1]).join('\n');
  const start = text.indexOf('{', text.indexOf(`"${key}"`));
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return JSON.parse(text.slice(start, at + 1)) as Json;
  }
  throw new Error(`No ${key} in the section.`);
}

describe('the seed text', () => {
  it('has hundreds of requests to systems; none for CSV, and for LDAP only those for Active Directory', () => {
    expect(all.length).toBeGreaterThan(350);
    expect(curlCommands(SEED, ...CSV_SECTION)).toEqual([]);
    const ldap = curlCommands(SEED, ...LDAP_SECTION);
    expect(ldap.length).toBeGreaterThan(2);
    for (const { path } of ldap) expect(path.toLowerCase()).toMatch(/^\/openidm\/system\/ad\//);
  });
});

describe('sample configurations', () => {
  it('the CSV connectorRef and configurationProperties load unchanged but for path and host reference', async () => {
    const connectorRef = { ...fragment(CSV_SECTION, 'connectorRef'), connectorHostRef: 'site1' };
    expect(connectorRef).toMatchObject(CSV_REF);
    const csvFile = String(fragment(CSV_SECTION, 'configurationProperties')['csvFile']).replace('&{idm.instance.dir}/data/csvConnectorData.csv', chain.csvFile);
    await chain.world.provisioner('seedcsv', { name: 'seedcsv', connectorRef, configurationProperties: { csvFile }, objectTypes: {} });
    await chain.controller.systemReady('seedcsv');
  });

  it('the LDAP configurationProperties load unchanged but for address and credentials', async () => {
    const sample = fragment(LDAP_SECTION, 'configurationProperties');
    expect(Object.keys(sample).length).toBeGreaterThan(30);
    const { host, port, adminDn, adminPassword } = chain.ldap;
    await chain.world.provisioner('seedldap', {
      name: 'seedldap', connectorRef: { ...LDAP_REF, connectorHostRef: 'site1' },
      configurationProperties: { ...sample, host, port, principal: adminDn, credentials: adminPassword }, objectTypes: {},
    });
    await chain.controller.systemReady('seedldap');
  });
});

interface System { readonly name: string; readonly attribute: string; make(id: string): Json }
const SYSTEMS: readonly System[] = [
  { name: 'csv', attribute: 'lastName', make: (id) => ({ uid: id, firstName: 'F', lastName: 'L', email: 'e@example.com' }) },
  { name: 'ldap', attribute: 'sn', make: (id) => ({ dn: `uid=${id},ou=people,dc=example,dc=com`, uid: id, cn: 'C', sn: 'L' }) },
];

/** What makes two commands the same for the API: verb, place, parameters and headers, without the names of a system. */
function formOf({ method, path, query, headers, body }: CurlCommand): string {
  const [, prefix = '', rest = ''] = /^(\/openidm)?\/system\/?(.*)$/.exec(path) ?? [];
  const place = ['service', 'system', 'collection', 'object'][Math.min(3, rest.split('/').filter((part) => part !== '').length)];
  const parameters = query.split('&').filter((part) => part !== '').map((part) => part.replace(/^(_action|_queryId|scriptExecuteMode)=/, '$1:').replace(/=.*$/s, '='));
  const headerForm = Object.entries(headers).filter(([name]) => !/^X-OpenIDM/i.test(name)).map(([name, value]) => `${name}: ${value}`).sort();
  return JSON.stringify([method, prefix, place, rest.endsWith('/'), parameters, headerForm, body === undefined ? 'none' : body.trim()[0]]);
}
const forms = [...new Map(all.map((command) => [formOf(command), command])).values()];

async function run(command: CurlCommand, system: System, id: string): Promise<{ status: number; body: Json; headers: Headers }> {
  const [prefix, , type, instance] = /^((?:\/openidm)?\/system)(?:\/([^/]+))?(?:\/([^/]+))?(?:\/(.+))?/.exec(command.path)!.slice(1);
  const slash = command.path.endsWith('/') ? '/' : '';
  const place = [prefix, /\/system\/./.test(command.path) ? system.name : undefined, type === undefined ? undefined : 'account', instance === undefined ? undefined : encodeURIComponent(id)];
  const query = command.query.replace(/_queryFilter=[^&]*/, (part) => (/=True|=true/.test(part) ? part : `_queryFilter=${system.attribute}+eq+%22L%22`))
    .replace(/_fields=("?)[^&]*?\1(?=&|$)/, `_fields=$1_id,${system.attribute}$1`).replace(/source=[^&]*/, `source=system/${system.name}/account`);
  const body = bodyFor(command, system, id);
  const response = await fetch(`${chain.rest.base}${place.filter((part) => part !== undefined).join('/')}${slash}${query === '' ? '' : `?${query}`}`, {
    method: command.method, headers: withCurlDefault(command.headers, body), ...(body === undefined ? {} : { body }), signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, body: await response.json() as Json, headers: response.headers };
}

/** What curl sends of its own accord with a body; and our administrator's password for the one the seed shows. */
function withCurlDefault(shown: CurlCommand['headers'], body: string | undefined): Record<string, string> {
  const headers = Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, name.toLowerCase() === 'x-openidm-password' && value === ADMIN ? ADMIN_PASSWORD : value]));
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return { ...headers, ...(body === undefined || hasType ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }) };
}

function bodyFor(command: CurlCommand, system: System, id: string): string | undefined {
  const needsBody = ['PUT', 'PATCH'].includes(command.method) || (command.method === 'POST' && !/_action=(?!create)/.test(command.query));
  if (command.body === undefined && !needsBody) return undefined;
  if (command.method === 'PATCH') return JSON.stringify(command.body?.trim().startsWith('[') !== false ? [{ operation: 'replace', field: `/${system.attribute}`, value: 'Patched' }] : { [system.attribute]: 'Patched' });
  if (command.method === 'PUT') return JSON.stringify({ [system.attribute]: 'Put' });
  return JSON.stringify(/action=script/.test(command.query) ? { param1: 'value1' } : system.make(id));
}

let made = 0;
async function makeObject(system: System): Promise<string> {
  const { _id } = await chain.rest.post(`/openidm/system/${system.name}/account?_action=create`, system.make(`seed${made += 1}`));
  return String(_id);
}

describe.each(SYSTEMS)('every form of request the seed shows, against $name', (system) => {
  it.each(forms.map((command) => ({ command, title: `${command.method} ${command.path}?${command.query} (line ${command.line})` })))('$title', async ({ command }) => {
    const id = isObjectPath(command.path) && !('If-None-Match' in command.headers) ? await makeObject(system) : `seed${made += 1}`;
    const answer = await run(command, system, id);
    const shown = JSON.stringify(answer.body).slice(0, 400);
    expect(answer.headers.get('content-type'), shown).toMatch(/^application\/json/);
    expectShape(command, system, id, answer, shown);
  });
});

interface Given { readonly command: CurlCommand; readonly system: System; readonly id: string; readonly status: number; readonly body: Json; readonly shown: string }
const isObjectPath = (path: string): boolean => /^(?:\/openidm)?\/system\/[^/]+\/[^/]+\/./.test(path);

/** What each kind of request is answered, the first that applies. */
const SHAPES: readonly { applies(command: CurlCommand): boolean; check(given: Given): void }[] = [
  {
    applies: ({ query }) => query.includes('_action=script'),
    check({ status, body, shown }) { // no system action is defined; the form itself is understood
      expect(status, shown).toBe(400);
      expect(body['message']).toMatch(/Script ID: .* is not defined/);
    },
  },
  {
    applies: ({ query }) => /_action=test/i.test(query),
    check({ command, body }) {
      expect(Array.isArray(body)).toBe(!/\/system\/./.test(command.path));
      for (const each of Array.isArray(body) ? body as Json[] : [body]) expect(Object.keys(each)).toEqual(STATUS);
    },
  },
  { applies: ({ query }) => /_action=liveSync/i.test(query), check: ({ body, shown }) => expect(Object.keys(body), shown).toEqual(['_id', '_rev', 'connectorData']) },
  {
    applies: ({ query }) => /_query(Filter|Id)=/.test(query),
    check({ body, shown }) {
      expect(Object.keys(body), shown).toEqual(QUERY_ANSWER);
      expect(body['resultCount']).toBe((body['result'] as Json[]).length);
      for (const row of body['result'] as Json[]) expect(Object.keys(row)[0]).toBe('_id');
    },
  },
  {
    applies: ({ method, path }) => method === 'POST' && !isObjectPath(path),
    check({ status, body, shown }) {
      expect(status, shown).toBe(201);
      expect(Object.keys(body)[0]).toBe('_id');
    },
  },
  {
    // Creates under a name of the caller's: a CSV row has what it needs, an entry of a directory lacks its other attributes.
    applies: ({ method, headers }) => method === 'PUT' && 'If-None-Match' in headers,
    check: ({ system, status, shown }) => expect(status, shown).toBe(system.name === 'csv' ? 201 : 400),
  },
  {
    applies: ({ path }) => isObjectPath(path),
    check({ command, system, id, status, body, shown }) {
      expect(status, shown).toBe(200);
      expect(body['_id']).toBe(id);
      const written = { PUT: 'Put', PATCH: 'Patched' }[command.method];
      if (written !== undefined) expect([body[system.attribute]].flat()).toEqual([written]);
    },
  },
  { applies: () => true, check: ({ status, shown }) => expect(status, shown).toBe(400) }, // misprints of the text, such as a query without its question mark
];

function expectShape(command: CurlCommand, system: System, id: string, { status, body }: { status: number; body: Json }, shown: string): void {
  SHAPES.find((shape) => shape.applies(command))!.check({ command, system, id, status, body, shown });
}
