import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConnector } from '../../connectors/registry.js';
import type { JsonObject } from '../../controller/crest/json.js';
import type { ControllerOptions } from '../support/causeway-processes.js';
import { ADMIN, ADMIN_PASSWORD, type World } from '../support/causeway-world.js';
import { startChain, type Chain } from '../support/chain.js';
import { until } from '../support/until.js';
import type { Json } from '../support/rest-client.js';
import { scriptFolder } from '../support/scripted.js';
import { startAgentInProcess, type InProcessAgent } from './agent-in-process.js';
import { curlSamples, type CurlSample } from './curl-samples.js';
import { startHosts, type SampledHosts } from './host-samples.js';
import { compare } from './sample-answer.js';
import { sampleGroups, type SampleGroup } from './sample-groups.js';
import { keepReport, outcomeReport, type SampleOutcome } from './sample-outcomes.js';
import { placeOf } from './sample-place.js';
import { SAMPLED_SERVICES, type SampledService } from './service-samples.js';
import { SCRIPTED, scriptedSamples, SENT_SCRIPTS } from './scripted-samples.js';
import { standInsFor, type StandIns } from './stand-in/stand-ins.js';
import { ToldObjects, type SampleAnswer } from './told-objects.js';

const SEED = readFileSync(new URL('../../../shared/seeds/004_ba1e68966c9616c1.txt', import.meta.url), 'utf8');
const { samples, others } = curlSamples(SEED);
const groups = await sampleGroups(samples);
/** The agent of this process. */
const HERE = 'seeds';
const outcomes: SampleOutcome[] = [];

let chain: Chain;
let hosts: SampledHosts;
let standIns: StandIns;
let agent: InProcessAgent;
let scripts: string;

const isStoodIn = ({ id }: SampleGroup): boolean => SAMPLED_SERVICES[id] === undefined && hosts.services[id] === undefined && !SCRIPTED.has(id);

beforeAll(async () => {
  [hosts, scripts] = await Promise.all([startHosts(groups.find(({ id }) => id === 'ldap')!.samples), scriptFolder({ 'Test.js': '', 'OnResource.js': 'return { scriptText, scriptArguments }' })]);
  standIns = standInsFor(groups.filter(isStoodIn));
  const digests = SENT_SCRIPTS.map((text) => createHash('sha256').update(text).digest('hex'));
  const controller = (world: World): ControllerOptions => {
    writeFileSync(world.path('conf', 'managed.json'), JSON.stringify({ objects: [{ name: 'user', schema: { type: 'object', properties: {} } }] }));
    return {};
  };
  chain = await startChain({ controller, agent: { config: { scripts: { roots: [scripts] } } }, policy: `version: 1\ndefault: allow\nscripts: {sha256: [${digests.join(', ')}]}\n` });
  agent = await startAgentInProcess(chain.world, chain.controller.gatewayUrl, HERE, [...hosts.connectors, ...standIns.connectors], hosts.authorities);
}, 240_000);
afterAll(async () => {
  const report = outcomeReport([...outcomes].sort((a, b) => a.sample.line - b.sample.line), others);
  await keepReport(report);
  await agent.stop();
  await chain.stop();
  await hosts.stop();
  await rm(scripts, { recursive: true, force: true });
}, 60_000);

/** As curl sends it, but for the host and the administrator's password. */
async function send({ method, path, query, headers, body }: CurlSample): Promise<SampleAnswer> {
  const shown = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), name.toLowerCase() === 'x-openidm-password' && value === ADMIN ? ADMIN_PASSWORD : value]));
  const response = await fetch(`${chain.rest.base}${path}${query === '' ? '' : `?${query}`}`, {
    method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...shown }, ...(body === undefined ? {} : { body }), signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  return { status: response.status, contentType: response.headers.get('content-type') ?? '', body: (text === '' ? {} : JSON.parse(text)) as Json };
}

async function serviceOf({ id }: SampleGroup): Promise<SampledService | undefined> {
  return hosts.services[id] ?? standIns.services[id] ?? (SCRIPTED.has(id) ? scriptedSamples(id, scripts) : SAMPLED_SERVICES[id]?.());
}

/** Configures a system under every spelling of its name: as createFullConfig has it, by PUT of its configuration. Answers with its object types. */
async function configure(group: SampleGroup, service: SampledService): Promise<JsonObject> {
  const key = isStoodIn(group) ? group.key : (await loadConnector(group.id))?.key;
  const { configurationProperties, systemActions = [], types = {} } = service;
  const connectorRef = { ...key, connectorHostRef: service.agent === undefined ? 'site1' : HERE };
  const asked = (): Promise<Json> => chain.rest.post('/openidm/system?_action=createFullConfig', { connectorRef, configurationProperties });
  let failure: unknown;
  const full = async (): Promise<Json | undefined> => asked().catch((error: unknown) => {
    failure = error;
    return undefined;
  });
  let made: Json | undefined;
  const noted = async (): Promise<boolean> => (made = await full()) !== undefined;
  await until(noted, `the agent to tell of ${group.id}`).catch((error: unknown) => { throw new Error(`${String(error)} ${String(failure)}`); });
  const told = { ...(made!['objectTypes'] ?? {}) as JsonObject, ...service.objectTypes };
  const objectTypes = { ...told, ...Object.fromEntries(Object.entries(types).map(([name, own]) => [name, told[own]!])) };
  const names = new Set(group.samples.map((sample) => placeOf(sample).system ?? group.id.replaceAll('-', '')));
  for (const name of names) await chain.rest.ok(`/openidm/config/provisioner.openicf/${name}`, { method: 'PUT', body: { ...made, name, connectorRef, configurationProperties, systemActions, objectTypes } });
  for (const name of names) await chain.controller.systemReady(name);
  return objectTypes;
}

function knownOf(sample: CurlSample, objectTypes: JsonObject): ReadonlySet<string> {
  const { type } = placeOf(sample);
  const found = type === undefined ? undefined : objectTypes[type];
  return new Set(Object.keys((found as { properties?: object } | undefined)?.properties ?? {}));
}

/** A mapping of this name, from the objects of the section's own system into managed users. */
async function mapFor(group: SampleGroup, { query }: CurlSample): Promise<void> {
  const name = /mapping=(\w+)/.exec(query)![1]!;
  const { system, type } = group.samples.map(placeOf).find((place) => place.type !== undefined)!;
  await chain.rest.ok('/openidm/config/sync', { method: 'PUT', body: { mappings: [{ name, source: `system/${system}/${type}`, target: 'managed/user', properties: [], policies: [] }] } });
}

async function outcomeOf(group: SampleGroup, service: SampledService, told: ToldObjects, objectTypes: JsonObject, sample: CurlSample): Promise<SampleOutcome> {
  service.before?.[sample.line]?.();
  service.prepare?.(sample);
  if (sample.path.includes('/recon')) await mapFor(group, sample);
  const answer = await send(await told.placed(sample));
  told.note(sample, answer);
  const { problem, unknown } = compare(sample, answer, knownOf(sample, objectTypes));
  if (problem !== undefined) return { sample, group: group.id, outcome: 'not accepted', reason: problem };
  return { sample, group: group.id, outcome: isStoodIn(group) ? 'stand-in' : 'target', unknown };
}

it('the seed has 385 commands to IDM, and one to another', () => {
  expect(samples.length).toBe(385);
  expect(others.length).toBe(1);
  expect(groups.flatMap((group) => group.samples).length).toBe(385);
});

it.each(samples.filter(({ misprint }) => misprint === 'the body is no JSON').map((sample) => ({ sample, title: `line ${sample.line}, ${sample.path}` })))('a body that is no JSON is refused, and nothing is done: $title', async ({ sample }) => {
  const { status, body } = await send({ ...sample, body: sample.handedOn });
  expect(status).toBe(400);
  expect(Object.keys(body)).toEqual(expect.arrayContaining(['code', 'reason', 'message']));
});

describe.each(groups)('the commands of the section $id', (group) => {
  it('are accepted and answered in shape', async () => {
    const service = (await serviceOf(group))!;
    const left = new Set(group.samples);
    try {
      const corrected = group.samples.map((sample) => {
        const correction = service.corrected?.[sample.line]?.(sample);
        return correction === undefined ? sample : { ...sample, ...correction, misprint: sample.misprint ?? 'the section says otherwise of it' };
      });
      const objectTypes = await configure(group, service);
      const told = new ToldObjects(service, corrected, send);
      for (const [index, sample] of corrected.entries()) {
        outcomes.push(await outcomeOf(group, service, told, objectTypes, sample));
        left.delete(group.samples[index]!);
      }
    } catch (error) {
      for (const sample of left) outcomes.push({ sample, group: group.id, outcome: 'not accepted', reason: `not tried: ${error instanceof Error ? error.message.slice(0, 600) : String(error)}` });
      throw error;
    } finally {
      await service.stop();
    }
    expect(outcomes.filter((outcome) => outcome.group === group.id && outcome.outcome === 'not accepted').map(({ sample, reason }) => `line ${sample.line}: ${reason}`)).toEqual([]);
  }, 120_000);
});
