import { ConnectorError, type ConnectorFacade, type Schema } from '../../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../crest/json.js';
import type { CallerContext } from '../../crest/request.js';
import { ResourceError, badRequest, notFound } from '../../crest/resource-error.js';
import { callContext } from '../requests/object-call.js';
import type { ProvisionerSource } from '../provisioner-source.js';
import { isCredentialFailure, testErrorText, testFailure } from '../status.js';
import { withSecretsAsSent, withStoredSecrets } from '../stored-secrets.js';
import { ConfiguredConnector, type System, type SystemEnvironment } from '../system.js';
import { translateError } from '../translate-error.js';
import { availableConnectors } from './available-connectors.js';
import { coreConfiguration } from './core-configuration.js';
import { schemaConfiguration } from './schema-configuration.js';

/** `createCoreConfig`: the request with what the connector itself can say. Throws 404 for a connector nobody has. */
export function createCoreConfig(content: JsonValue | undefined, environment: SystemEnvironment): JsonObject {
  const body = withConnectorName(content);
  if (body['configurationProperties'] !== undefined) return {};
  return { ...body, ...coreConfiguration(offerOf(connectorFrom(body, environment)).info) };
}

/**
 * `createFullConfig`: tests the configuration, reads the schema, and answers a whole provisioner file but for its name; without object types
 * when the connector has no schema operation.
 * `sent` is the body before its references were replaced: a secret that came by reference goes back as one.
 */
export async function createFullConfig(content: JsonValue | undefined, sent: JsonValue | undefined, environment: SystemEnvironment, context: CallerContext): Promise<JsonObject> {
  const body = withConnectorName(content);
  if (body['configurationProperties'] === undefined) return {};
  const connector = connectorFrom(body, environment);
  const { info } = offerOf(connector);
  try {
    const facade = connector.facade();
    if (facade.supportedOperations.has('TestApiOp')) await facade.perform({ kind: 'test' }, callContext(context));
    const schema = await schemaOf(facade, context);
    const { connectorHostRef, ...reference } = connector.parts.connectorRef;
    return {
      connectorRef: { connectorHostRef, ...reference },
      ...coreConfiguration(info), configurationProperties: withSecretsAsSent(body, isObject(sent) ? sent : body, info),
      ...(schema === null ? {} : schemaConfiguration(schema)),
    };
  } catch (error) {
    if (error instanceof TypeError) throw badRequest(error.message);
    throw translateError(error, { operation: 'ACTION', id: null, container: null, scrub: (text) => connector.scrub(text) }, context.signal);
  }
}

/** Null for a connector that tells none, always or as it is configured: of a scripted one without a schema script, object types are written by hand. */
async function schemaOf(facade: ConnectorFacade, context: CallerContext): Promise<Schema | null> {
  if (!facade.supportedOperations.has('SchemaApiOp')) return null;
  try {
    return await facade.perform({ kind: 'schema' }, callContext(context));
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'unsupportedOperation') return null;
    throw error;
  }
}

/** The older form in three steps, told apart by what the body holds. */
export async function createConfiguration(content: JsonValue | undefined, sent: JsonValue | undefined, environment: SystemEnvironment, context: CallerContext): Promise<JsonObject> {
  if (content === undefined || (isObject(content) && Object.keys(content).length === 0)) return availableConnectors(environment.hosts);
  if (!isObject(content) || content['connectorRef'] === undefined) return {};
  return content['configurationProperties'] === undefined ? createCoreConfig(content, environment) : createFullConfig(content, sent, environment, context);
}

/** `testConfig`: `{name, ok, error?, reason?}`. For the name of a system that exists, its own `connectorRef` is used. */
export async function testConfig(content: JsonValue | undefined, existing: (name: string) => System | undefined, environment: SystemEnvironment, context: CallerContext): Promise<JsonObject> {
  const body = isObject(content) ? content : {};
  const name = nameToTest(body);
  withConnectorName(content);
  const stored = existing(name)?.setup?.source;
  const connector = stored === undefined ? connectorFrom(body, environment) : connectorLike(stored, body, environment);
  const found = connector.search();
  if ('missing' in found) return { name, error: `The connector ${connector.parts.connectorRef.connectorName} is not available yet: ${found.missing}.`, ok: false };
  try {
    const facade = connector.facade();
    if (!facade.supportedOperations.has('TestApiOp')) return { name, ok: true, reason: 'The connector has no test operation' };
    await facade.perform({ kind: 'test' }, callContext(context));
    return { name, ok: true };
  } catch (error) {
    context.signal.throwIfAborted();
    const scrub = (text: string): string => connector.scrub(text);
    const failure = stored !== undefined && isCredentialFailure(error) ? testFailure(error, scrub) : { error: testErrorText(error, scrub) };
    return { name, ...failure, ok: false };
  }
}

function nameToTest({ id, name }: JsonObject): string {
  if (id !== undefined) throw badRequest('A system ID must not be specified in the request');
  if (typeof name !== 'string' || name === '') throw badRequest('The request needs the name of a system');
  return name;
}

/** A changed configuration of a system that exists: its own `connectorRef`, and its secrets where the body has the marker. */
function connectorLike({ connectorRef, configurationProperties }: ProvisionerSource, body: JsonObject, environment: SystemEnvironment): ConfiguredConnector {
  try {
    return connectorFrom(withStoredSecrets({ ...body, connectorRef: { ...connectorRef } as JsonObject }, { configurationProperties: configurationProperties as JsonObject }), environment);
  } catch (error) {
    throw error instanceof TypeError ? badRequest(error.message) : error;
  }
}

/** Throws 404 when the body names no connector. */
function withConnectorName(content: JsonValue | undefined): JsonObject {
  const reference = isObject(content) ? content['connectorRef'] : undefined;
  if (!isObject(content) || !isObject(reference) || typeof reference['connectorName'] !== 'string') throw notFound('No connector name provided');
  return content;
}

function connectorFrom(body: JsonObject, environment: SystemEnvironment): ConfiguredConnector {
  try {
    return ConfiguredConnector.from(body, environment);
  } catch (error) {
    throw error instanceof TypeError ? badRequest(error.message) : error;
  }
}

function offerOf(connector: ConfiguredConnector): { readonly info: Parameters<typeof coreConfiguration>[0] } {
  const found = connector.search();
  if ('missing' in found) throw new ResourceError(404, `Connector not found: ${connector.parts.connectorRef.connectorName}`, { detail: { connectorMessage: found.missing } });
  return found.offers[0];
}
