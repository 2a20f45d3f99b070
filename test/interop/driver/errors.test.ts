import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorError, Uid, type ErrorKind } from '../../../protocol/model/index.js';
import type { JavaFailure } from '../support/java-failure.js';
import { failureOf } from './support/failure-of.js';
import { startMemoryWorld, type MemoryWorld } from './support/memory-agent.js';
import { provenOn } from './support/proven.js';

const ACCOUNT = '__ACCOUNT__';
const ICF = 'org.identityconnectors.framework.common.exceptions';
const proven = provenOn('test');

/** Every exception of the framework, and the three of Java's own that an operation may end with. */
const CLASSES: readonly (readonly [ErrorKind, string])[] = [
  ['alreadyExists', `${ICF}.AlreadyExistsException`], ['configuration', `${ICF}.ConfigurationException`], ['connectionBroken', `${ICF}.ConnectionBrokenException`],
  ['connectionFailed', `${ICF}.ConnectionFailedException`], ['connector', `${ICF}.ConnectorException`], ['connectorIo', `${ICF}.ConnectorIOException`],
  ['connectorSecurity', `${ICF}.ConnectorSecurityException`], ['invalidAttributeValue', `${ICF}.InvalidAttributeValueException`],
  ['invalidCredential', `${ICF}.InvalidCredentialException`], ['invalidPassword', `${ICF}.InvalidPasswordException`], ['operationTimeout', `${ICF}.OperationTimeoutException`],
  ['passwordExpired', `${ICF}.PasswordExpiredException`], ['permissionDenied', `${ICF}.PermissionDeniedException`], ['preconditionFailed', `${ICF}.PreconditionFailedException`],
  ['preconditionRequired', `${ICF}.PreconditionRequiredException`], ['retryable', `${ICF}.RetryableException`], ['unknownUid', `${ICF}.UnknownUidException`],
  ['unsupportedOperation', 'java.lang.UnsupportedOperationException'], ['illegalArgument', 'java.lang.IllegalArgumentException'], ['illegalState', 'java.lang.IllegalStateException'],
];

let world: MemoryWorld;
beforeAll(async () => {
  world = await startMemoryWorld();
  for (let index = 0; index < 10; index++) world.target.add(`object${index}`);
});
afterAll(() => world.stop());
afterEach(() => {
  world.target.before = async () => undefined;
  world.target.beforeObject = async () => undefined;
});

/** What the Java side sees of an error that the connector throws. */
async function thrown(error: unknown, call: () => Promise<unknown> = () => world.facade.test()): Promise<JavaFailure> {
  world.target.before = async () => { throw error; };
  return failureOf(call());
}

it('the list of classes is complete', () => {
  // One kind a class of the framework's exceptions package (17 in the released jar) and three of java.lang.
  expect(CLASSES.filter(([, name]) => name.startsWith(ICF))).toHaveLength(17);
  expect(new Set(CLASSES.map(([, name]) => name)).size).toBe(20);
});

describe.each(CLASSES)('%s', (kind, javaClass) => {
  const message = `The ${kind} of a test: "quoted", Ünïcödé 🐈, line\nbreak`;

  it(`arrives as ${javaClass} with its message, from single operations`, () => proven('errors', async () => {
    const calls = [
      () => world.facade.test(), () => world.facade.create(ACCOUNT, { __NAME__: 'x' }), () => world.facade.update(ACCOUNT, 'object1', { mail: 'x' }), () => world.facade.delete(ACCOUNT, 'object1'),
    ];
    for (const call of calls) expect(await thrown(new ConnectorError(kind, message), call)).toMatchObject({ javaClass, message, remote: true });
  }));

  it('arrives from a search before its first object, and after some', () => proven('errors', async () => {
    for (const failing of [0, 3]) {
      world.target.beforeObject = async (index) => { if (index === failing) throw new ConnectorError(kind, message); };
      const failure = await failureOf(world.facade.search(ACCOUNT));
      expect(failure).toMatchObject({ javaClass, message, remote: true });
      // Up to 2.0.3 the framework takes every message in a thread of its own, so that the error may overtake objects sent before it.
      expect(failure.delivered).toBeLessThanOrEqual(failing);
    }
    expect(world.target.openSearches).toBe(0);
  }));
});

describe('what comes with an error', () => {
  it('the causes, class and message each', async () => {
    const root = new ConnectorError('connectionBroken', 'the line went dead');
    const failure = await thrown(new ConnectorError('connectorIo', 'cannot be read', { cause: new ConnectorError('retryable', 'not now', { cause: root }) }));
    expect(failure).toMatchObject({ javaClass: `${ICF}.ConnectorIOException`, message: 'cannot be read' });
    expect(failure.causes).toEqual([{ javaClass: `${ICF}.RetryableException`, message: 'not now' }, { javaClass: `${ICF}.ConnectionBrokenException`, message: 'the line went dead' }]);
  });

  it('no trace of what only the agent should know: an error nobody expected is a ConnectorException with its message', async () => {
    const failure = await thrown(new TypeError('secretField is not a function'));
    expect(failure.javaClass).toBe(`${ICF}.ConnectorException`);
    expect(failure.message).toBe('Memory: secretField is not a function');
    expect(JSON.stringify(failure.causes)).not.toMatch(/\.ts|node:|at /);
  });

  it('a secret of the request is taken out of the message', async () => {
    const failure = await failureOf(world.facade.authenticate(ACCOUNT, 'ann', 'S3cret-passw0rd'));
    expect(failure.message).toContain('ann');
    expect(failure.message).not.toContain('S3cret-passw0rd');
  });

  it('a class of another platform keeps its name', async () => {
    expect(await thrown(new ConnectorError('connector', 'from far away', { remoteClass: 'System.ArgumentException' }))).toMatchObject({ javaClass: 'System.ArgumentException', message: 'from far away' });
  });

  it('PasswordExpiredException with a uid arrives like one without: the Java side has no place for the uid', async () => {
    expect(await thrown(new ConnectorError('passwordExpired', 'expired', { uid: new Uid('ann') }))).toMatchObject({ javaClass: `${ICF}.PasswordExpiredException`, message: 'expired' });
  });

  it('an empty message, one of 8,000 characters, and what is said of a longer one', async () => {
    expect((await thrown(new ConnectorError('connector', ''))).message).toBe('');
    const long = 'x'.repeat(8_000);
    expect((await thrown(new ConnectorError('connector', long))).message).toBe(long);
    expect((await thrown(new ConnectorError('connector', 'y'.repeat(100_000)))).message).toMatch(/^y{8000,8192}… \(\d+ more characters\)$/);
  });
});

describe('requests no connector gets to see', () => {
  it('the object class __ALL__, blank names, and a uid among the attributes', async () => {
    const before = world.target.searches.length;
    expect((await failureOf(world.facade.create('__ALL__', { __NAME__: 'x' }))).javaClass).toBe('java.lang.UnsupportedOperationException');
    expect((await failureOf(world.facade.search('__ALL__'))).javaClass).toBe('java.lang.UnsupportedOperationException');
    expect(world.target.searches).toHaveLength(before);
  });

  it('an operation the configuration does not support is refused by the framework before it is sent', async () => {
    expect(world.facade.supportedOperations).not.toContain('ScriptOnResourceApiOp');
    expect(await failureOf(world.facade.scriptOnResource({ language: 'JavaScript', text: '1' }))).toMatchObject({ javaClass: 'java.lang.UnsupportedOperationException', remote: false, message: expect.stringContaining('ScriptOnResourceApiOp') as string });
  });
});
