import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import type { Directory } from '../directory/contract.js';
import { firstText, texts } from '../directory/entry.js';
import { parseAttributeType, parseContentRule, parseObjectClass, type ContentRule, type LdapObjectClass } from './definitions.js';
import { DEFAULT_SCHEMA } from './default-schema.js';
import { Subschema } from './subschema.js';

/** A session, as far as the schema needs it. */
interface SchemaSource { readonly directory: Directory; readonly config: LdapConfig }

const schemas = new WeakMap<LdapConfig, Promise<Subschema>>();
const unreadable = new WeakSet<LdapConfig>();

/** The server's schema (RFC 4512 section 4.4), read once for each configuration. Rejects when it cannot be read. */
async function serverSchema(directory: Directory, config: LdapConfig, signal: AbortSignal): Promise<Subschema> {
  // A reader that failed or was cancelled must not fail the others.
  const known = await schemas.get(config)?.catch(() => undefined);
  if (known !== undefined) return known;
  const reading = fetchSubschema(directory, signal);
  schemas.set(config, reading);
  reading.catch(() => schemas.delete(config));
  return await reading;
}

/** What types attributes have: by the server's schema, or the default schema with readSchema false. */
export async function readSubschema({ directory, config }: SchemaSource, signal: AbortSignal): Promise<Subschema> {
  return config.readSchema ? await serverSchema(directory, config, signal) : DEFAULT_SCHEMA;
}

/** What the server can match and sort by: its schema even with readSchema false; undefined when it shows none. */
export async function readMatchingSchema({ directory, config }: SchemaSource, signal: AbortSignal): Promise<Subschema | undefined> {
  if (unreadable.has(config)) return undefined;
  try {
    return await serverSchema(directory, config, signal);
  } catch (error) {
    if (config.readSchema || (error instanceof ConnectorError && error.retryable) || signal.aborted) throw error;
    unreadable.add(config);
    return undefined;
  }
}

/** Reads it afresh: what the schema operation is for. */
export async function refreshSubschema(source: SchemaSource, signal: AbortSignal): Promise<Subschema> {
  schemas.delete(source.config);
  return await readSubschema(source, signal);
}

async function subschemaDn(directory: Directory, signal: AbortSignal): Promise<string> {
  const dse = await directory.rootDse(signal);
  if (dse.subschemaSubentry !== undefined) return dse.subschemaSubentry;
  for (const context of dse.namingContexts) {
    const entry = await directory.read(context, ['subschemaSubentry'], signal);
    const dn = entry === undefined ? undefined : firstText(entry, 'subschemaSubentry');
    if (dn !== undefined) return dn;
  }
  return 'cn=schema';
}

/** Active Directory says only in its content rules what the auxiliary classes bring that are built into its structural ones (MS-ADTS 3.1.1.3.1.1.5). */
function withContentRules(classes: readonly LdapObjectClass[], rules: readonly ContentRule[]): LdapObjectClass[] {
  const byClass = new Map(rules.map((rule) => [rule.oid, rule]));
  return classes.map((one) => {
    const rule = byClass.get(one.oid);
    return rule === undefined ? one : { ...one, must: [...one.must, ...rule.must], may: [...one.may, ...rule.may] };
  });
}

async function fetchSubschema(directory: Directory, signal: AbortSignal): Promise<Subschema> {
  const dn = await subschemaDn(directory, signal);
  const entry = await directory.read(dn, ['attributeTypes', 'objectClasses', 'dITContentRules'], signal);
  const definitions = <T>(attribute: string, parse: (text: string) => T | undefined): T[] => (entry === undefined ? [] : texts(entry, attribute).map(parse).filter((one) => one !== undefined));
  const types = definitions('attributeTypes', parseAttributeType);
  const classes = withContentRules(definitions('objectClasses', parseObjectClass), definitions('dITContentRules', parseContentRule));
  if (classes.length === 0) {
    throw new ConnectorError('connector', `The schema of ${directory.url} cannot be read from "${dn}". Let the principal read it, or set readSchema to false.`);
  }
  return new Subschema(types, classes);
}
