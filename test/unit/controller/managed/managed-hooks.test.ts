import { afterEach, describe, expect, it } from 'vitest';
import { route } from '../../../../controller/crest/router.js';
import type { RequestHandler } from '../../../../controller/crest/request.js';
import { ResourceError } from '../../../../controller/crest/resource-error.js';
import { silentLog } from '../../../../controller/log.js';
import { ScriptHooks } from '../../../../controller/managed/script-hooks.js';
import { openScripts } from '../../../../controller/mappings/open-scripts.js';
import { ScriptFiles } from '../../../../controller/mappings/script-files.js';
import { sandboxWorker } from '../../../support/sandbox-worker.js';
import { startManaged, type ManagedWorld, type WorldOptions } from './start-managed.js';

let world: ManagedWorld;
let closeScripts: () => Promise<void> = () => Promise.resolve();
afterEach(async () => {
  await world.stop();
  await closeScripts();
});

const script = (source: string): object => ({ type: 'text/javascript', source });
const NEW = { 'If-None-Match': '*' };

/** A type with these scripts, and a virtual property `full` computed of two others. */
async function start(scripts: object, more: WorldOptions & { properties?: object } = {}): Promise<void> {
  const handler: RequestHandler = (request, context) => route(world.part.handlers)(request, context);
  const opened = openScripts({ router: () => handler, projectFolder: '/nowhere', log: silentLog, worker: await sandboxWorker() });
  closeScripts = opened.close;
  world = await startManaged({
    ...more, hooks: new ScriptHooks(opened.scripts, new ScriptFiles('/nowhere')),
    types: { objects: [{ name: 'thing', ...scripts, schema: { properties: { name: { type: 'string', policies: [{ policyId: 'unique' }] }, ...more.properties } } }] },
  });
}

const ids = async (): Promise<string[]> => (await world.call('GET', '/managed/thing?_queryId=query-all-ids')).body.result.map(({ _id }) => _id);

describe('scripts of managed objects', () => {
  it('that throw before a change keep it from being made, and nobody is told', async () => {
    await start({
      onCreate: script('if (object.name === "bad") throw new Error("not this one")'), onUpdate: script('if (newObject.name === "bad") throw new Error("nor this")'), onDelete: script('throw new Error("it stays")'),
      onValidate: script('if (object.name === "odd") throw new Error("odd")'),
    });
    expect(await world.call('PUT', '/managed/thing/a', { name: 'bad' }, NEW)).toMatchObject({ status: 500, body: { message: expect.stringContaining('not this one') as string } });
    expect((await world.call('PUT', '/managed/thing/a', { name: 'odd' }, NEW)).status).toBe(500);
    expect(await ids()).toEqual([]);
    await world.call('PUT', '/managed/thing/a', { name: 'good' }, NEW);
    expect((await world.call('PUT', '/managed/thing/a', { name: 'bad' })).status).toBe(500);
    expect((await world.call('DELETE', '/managed/thing/a')).status).toBe(500);
    expect((await world.call('GET', '/managed/thing/a')).body).toMatchObject({ name: 'good' });
    expect(world.changes.map(({ kind }) => kind)).toEqual(['create']);
  });

  it('may change the object, which is checked again behind them', async () => {
    await start({ onCreate: script('object.name = object.name + "!"; object.by = resourceName'), onUpdate: script('object.before = oldObject.name') });
    expect((await world.call('PUT', '/managed/thing/a', { name: 'x' }, NEW)).body).toMatchObject({ name: 'x!', by: 'managed/thing/a' });
    expect((await world.call('PUT', '/managed/thing/b', { name: 'x' }, NEW)).status).toBe(403);
    expect((await world.call('PUT', '/managed/thing/a', { name: 'y' })).body).toMatchObject({ name: 'y', before: 'x!' });
  });

  it('compute virtual properties and change what is read, stored and listed', async () => {
    await start({ onRead: script('object.read = true'), onStore: script('object.stored = true'), onQueryResult: script('object.name !== "hidden"') }, {
      properties: { full: { type: 'string', isVirtual: true, returnByDefault: true, onRetrieve: script('object.name + "/" + propertyName') }, low: { type: 'string', onStore: script('property.toLowerCase()') } },
    });
    expect((await world.call('PUT', '/managed/thing/a', { name: 'N', low: 'LOW' }, NEW)).body).toMatchObject({ full: 'N/full', low: 'low', stored: true });
    expect((await world.call('GET', '/managed/thing/a')).body).toMatchObject({ read: true, full: 'N/full' });
    await world.call('PUT', '/managed/thing/b', { name: 'hidden' }, NEW);
    expect(await ids()).toEqual(['a']);
    expect((await world.call('GET', '/managed/thing?_queryFilter=full+eq+"n/FULL"')).body.resultCount).toBe(1);
  });

  it('that throw behind a change do not undo it, nor keep it from the mappings', async () => {
    await start({ postCreate: script('throw new Error("too late")') });
    expect((await world.call('PUT', '/managed/thing/a', { name: 'x' }, NEW)).status).toBe(500);
    expect([await ids(), world.changes.map(({ kind }) => kind)]).toEqual([['a'], ['create']]);
  });

  it('serve as actions, and may use other managed objects', async () => {
    await start({ actions: { twin: script('openidm.create("managed/thing", object._id + "2", {name: object.name + content.suffix})') } });
    await world.call('PUT', '/managed/thing/a', { name: 'x' }, NEW);
    expect((await world.call('POST', '/managed/thing/a?_action=twin', { suffix: '-twin' })).body).toMatchObject({ _id: 'a2', name: 'x-twin' });
    expect((await world.call('POST', '/managed/thing?_action=twin', {})).status).toBe(400);
  });
});

describe('implicit synchronisation', () => {
  const failing = { covers: () => Promise.resolve(true), giveUp: () => Promise.resolve(), handle: () => Promise.reject(new ResourceError(503, 'target is away')) };

  it('that fails is told in the log, and the caller has the stored object', async () => {
    await start({}, { changes: failing });
    expect((await world.call('PUT', '/managed/thing/a', { name: 'x' }, NEW)).status).toBe(201);
    expect(world.told.join()).toContain('target is away');
  });

  it('that fails reaches the caller when onSync says so; the change stays', async () => {
    await start({ onSync: script('if (!syncResults.success) throw new Error(syncResults.action + ": " + syncResults.syncDetails[0].cause)') }, { changes: failing });
    expect(await world.call('PUT', '/managed/thing/a', { name: 'x' }, NEW)).toMatchObject({ status: 500, body: { message: expect.stringContaining('notifyCreate: target is away') as string } });
    expect(await ids()).toEqual(['a']);
  });
});
