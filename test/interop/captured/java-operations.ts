import type { JavaFacade } from '../support/java-facade.js';
import { JavaFailure } from '../support/java-failure.js';
import { javaInteger, javaLong, type JavaValue } from '../support/java-values.js';
import { facts } from '../support/test-connector-facts.js';
import { until } from '../../support/until.js';
import { ATTRIBUTE_VALUES, EVERY_OPTION, EXCEPTIONS, FILTERS, SINGLE_OPTIONS, everyAttribute } from './java-samples.js';

const ACCOUNT = '__ACCOUNT__';

/** Runs it for the messages it causes; that the peer refuses it is one of the outcomes. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof JavaFailure)) throw error;
  }
}

async function searches(facade: JavaFacade): Promise<void> {
  await facade.search(ACCOUNT);
  await facade.search('typed');
  for (const filter of FILTERS) await attempt(() => facade.search(ACCOUNT, filter));
  for (const options of [EVERY_OPTION, ...SINGLE_OPTIONS]) await attempt(() => facade.search(ACCOUNT, null, { options }));
  await facade.search(ACCOUNT, null, { options: { pageSize: 10 } });
  await facade.search(ACCOUNT, null, { stopAfter: 5 });
  await attempt(() => facade.search(ACCOUNT, null, { cancelAfter: 6 }));
  await attempt(() => facade.search(ACCOUNT, null, { options: { custom: { throwAfter: javaInteger(3) } } }));
}

async function changes(facade: JavaFacade): Promise<void> {
  const uid = await facade.create('typed', everyAttribute('made'));
  for (const [attribute, value] of Object.entries(ATTRIBUTE_VALUES)) {
    const made = await facade.create(ACCOUNT, { __NAME__: `with ${attribute}`, [attribute]: value });
    await facade.update(ACCOUNT, made, { [attribute]: [value, value] });
    await facade.get(ACCOUNT, made, { attributesToGet: [attribute] });
  }
  await facade.get('typed', uid);
  await facade.get('typed', 'nobody');
  await facade.addValues('typed', uid, { several: ['five'] });
  await facade.removeValues('typed', uid.uid, { several: ['one'] }, EVERY_OPTION);
  await facade.update('typed', uid.uid, { several: null });
  await attempt(() => facade.update('typed', { uid: uid.uid, revision: '99' }, { several: 'x' }));
  await attempt(() => facade.create('typed', { __NAME__: 'made' }));
  await facade.authenticate('typed', 'made', 'Passw0rd', EVERY_OPTION);
  await attempt(() => facade.authenticate('typed', 'made', 'wrong'));
  await facade.resolveUsername('typed', 'made');
  await attempt(() => facade.resolveUsername('typed', 'nobody'));
  await facade.delete('typed', uid.uid, EVERY_OPTION);
  await attempt(() => facade.delete('typed', uid.uid));
}

async function syncs(facade: JavaFacade): Promise<void> {
  await facade.latestSyncToken(ACCOUNT);
  for (const objectClass of [ACCOUNT, 'typed', '__ALL__']) await facade.sync(objectClass, javaLong(0));
  await attempt(() => facade.sync(ACCOUNT, null));
  await facade.sync(ACCOUNT, javaLong(2), { options: EVERY_OPTION });
  await facade.sync(ACCOUNT, javaLong(0), { stopAfter: 1 });
}

async function scripts(facade: JavaFacade): Promise<void> {
  const run = async (text: string, values?: Readonly<Record<string, JavaValue>>): Promise<void> => {
    const script = { language: 'echo', text, ...(values === undefined ? {} : { arguments: values }) };
    await attempt(() => facade.scriptOnConnector(script));
    await attempt(() => facade.scriptOnResource(script, EVERY_OPTION));
  };
  for (const text of ['place', 'null', 'change', 'facts', 'options', 'configuration', 'arguments', 'two\nlines']) await run(text);
  await run('arguments', ATTRIBUTE_VALUES);
  for (const [name, value] of Object.entries(ATTRIBUTE_VALUES)) await run('arguments', { [name]: value });
  await run('arguments', EVERY_OPTION.custom ?? {});
  for (const javaClass of EXCEPTIONS) await run(`throw:${javaClass}`);
}

async function batches(facade: JavaFacade): Promise<void> {
  const [made, other] = [await facade.create(ACCOUNT, { __NAME__: 'batch 1' }), await facade.create(ACCOUNT, { __NAME__: 'batch 2' })];
  await facade.batch([
    { kind: 'create', objectClass: ACCOUNT, attributes: { __NAME__: 'by batch' } }, { kind: 'update', objectClass: ACCOUNT, uid: made.uid, attributes: { sn: 'new' } },
    { kind: 'addValues', objectClass: ACCOUNT, uid: made.uid, attributes: { mail: 'x@example.com' } }, { kind: 'removeValues', objectClass: ACCOUNT, uid: made.uid, attributes: { mail: 'x@example.com' } },
    { kind: 'delete', objectClass: ACCOUNT, uid: other.uid }, { kind: 'delete', objectClass: ACCOUNT, uid: 'nobody' },
  ]);
  await facade.batch([{ kind: 'create', objectClass: ACCOUNT, attributes: { __NAME__: 'alone' } }], EVERY_OPTION);
  await facade.queryBatch({ tokens: ['token 1', 'token 2'], queryRequired: true, asynchronousResults: true, returnsResults: false });
}

/** A Java server subscribes after it has answered, so an event made at once could be missed. */
async function subscribed(facade: JavaFacade, count: number): Promise<void> {
  await until(async () => (await facts(facade)).get('subscriptions') === String(count), `${count} subscriptions to stand`);
}

/** Object and change events, an end by the peer, an end by an error, and an end by us. */
async function subscriptions(facade: JavaFacade): Promise<void> {
  const objects = await facade.subscribeObjects(ACCOUNT, { type: 'startsWith', attribute: '__NAME__', value: 'event' });
  const all = await facade.subscribeObjects(ACCOUNT, null, EVERY_OPTION);
  const deltas = await facade.subscribeChanges(ACCOUNT, javaLong(0));
  const sinceNow = await facade.subscribeChanges(ACCOUNT, null, { runAsUser: 'x' });
  await subscribed(facade, 4);
  const made = await facade.create(ACCOUNT, { __NAME__: 'event 1' });
  await facade.delete(ACCOUNT, made.uid);
  await objects.events(1);
  await sinceNow.events(2);
  await objects.close();
  await facade.create(ACCOUNT, { __NAME__: 'error-of-events' });
  for (const ended of [all, deltas, sinceNow]) await ended.events(1000, 5_000);
  const completed = [await facade.subscribeObjects(ACCOUNT), await facade.subscribeChanges(ACCOUNT)];
  await subscribed(facade, 2);
  await facade.create(ACCOUNT, { __NAME__: 'end-of-events' });
  for (const ended of completed) await ended.events(1000, 5_000);
}

/** Every operation with values, filters and options of every kind, on a connector that has them all. */
export async function everyOperation(facade: JavaFacade): Promise<void> {
  await facade.validate();
  await facade.test();
  await facade.schema();
  await searches(facade);
  await changes(facade);
  await syncs(facade);
  await scripts(facade);
  await batches(facade);
  await subscriptions(facade);
  for (const javaClass of EXCEPTIONS) await attempt(() => facade.delete(ACCOUNT, `throw:${javaClass}`));
}

/** What a CSV file can do, by the Java connector or ours; `uid,givenName,sn,mail,age,password` are its columns. */
export async function everyCsvOperation(facade: JavaFacade): Promise<void> {
  await facade.validate();
  await facade.test();
  await facade.schema();
  await facade.search(ACCOUNT);
  for (const filter of FILTERS) await attempt(() => facade.search(ACCOUNT, filter));
  for (const options of [EVERY_OPTION, ...SINGLE_OPTIONS]) await attempt(() => facade.search(ACCOUNT, null, { options }));
  await facade.search(ACCOUNT, null, { stopAfter: 2 });
  await attempt(() => facade.search(ACCOUNT, null, { cancelAfter: 2 }));
  const token = await facade.latestSyncToken(ACCOUNT);
  await attempt(() => facade.sync(ACCOUNT, token));
  const uid = await facade.create(ACCOUNT, { __NAME__: 'made', __UID__: [], uid: 'made', givenName: 'M', sn: 'Ade' }).catch(() => facade.create(ACCOUNT, { __NAME__: 'made', givenName: 'M', sn: 'Ade' }));
  await facade.get(ACCOUNT, uid);
  await attempt(() => facade.get(ACCOUNT, 'nobody'));
  await attempt(() => facade.update(ACCOUNT, uid, { sn: 'Other' }));
  await attempt(() => facade.addValues(ACCOUNT, uid, { mail: 'x@example.com' }));
  await attempt(() => facade.removeValues(ACCOUNT, uid, { mail: 'x@example.com' }));
  await attempt(() => facade.sync(ACCOUNT, token));
  await attempt(() => facade.authenticate(ACCOUNT, 'p1', 'secret1'));
  await attempt(() => facade.authenticate(ACCOUNT, 'p1', 'wrong'));
  await attempt(() => facade.resolveUsername(ACCOUNT, 'p2'));
  await attempt(() => facade.delete(ACCOUNT, uid));
  await attempt(() => facade.delete(ACCOUNT, 'nobody'));
}
