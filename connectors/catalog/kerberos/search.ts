import { Attribute, ConnectorObject, LAST_PAGE, LOCK_OUT, NAME, Name, UID, Uid, attributeKey, itemsOf, type Chunks, type SearchResult } from '../../../protocol/model/index.js';
import { evaluateFilter } from '../../framework/filter-evaluation.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { READ_ONLY, WRITABLE } from './attributes.js';
import { principalAsked } from './filter.js';
import { isLocked, lockoutPolicyIn, policyOf, principalsIn, type LockoutPolicy, type PrincipalFields } from './kadmin/kadmin-text.js';
import type { KadminClient } from './kadmin/kadmin-client.js';
import { checkObjectClass } from './object-class.js';
import type { KerberosSession } from './session.js';

/** Principals whose details one process of kadmin is asked for. */
const AT_A_TIME = 50;

const GONE = 'Principal does not exist';

export function search(session: KerberosSession, request: SearchRequest, call: Call): Results {
  return itemsOf(found(session, request, call));
}

async function* found({ kadmin }: KerberosSession, { objectClass, filter, options, besides }: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult | undefined> {
  checkObjectClass(objectClass);
  const reader = new PrincipalReader(kadmin, objectClass, options.attributesToGet, besides ?? [], call);
  const takes = (name: string): boolean => filter === undefined || evaluateFilter(filter, principalObject(objectClass, name)) === true;
  const asked = principalAsked(filter);
  if (asked !== undefined) {
    const one = takes(asked) ? await reader.read([asked], true) : [];
    if (one.length > 0) yield one;
    return LAST_PAGE;
  }
  for await (const lines of kadmin.lines(['listprincs'], { what: 'Listing the principals', signal: call.signal, readOnly: true })) {
    const names = lines.filter(takes);
    for (let at = 0; at < names.length; at += AT_A_TIME) {
      const chunk = await reader.read(names.slice(at, at + AT_A_TIME), false);
      if (chunk.length > 0) yield chunk;
    }
  }
  return LAST_PAGE;
}

function principalObject(objectClass: string, name: string, attributes: readonly Attribute[] = []): ConnectorObject {
  return new ConnectorObject(objectClass, [new Uid(name), new Name(name), ...attributes]);
}

/** Principals as connector objects, with what is asked for and no more: names alone need no second question. */
class PrincipalReader {
  readonly #kadmin: KadminClient;
  readonly #objectClass: string;
  readonly #call: Call;
  readonly #namesOnly: boolean;
  readonly #withLockOut: boolean;
  readonly #policies = new Map<string, LockoutPolicy | undefined>();

  constructor(kadmin: KadminClient, objectClass: string, attributesToGet: readonly string[] | undefined, besides: readonly string[], call: Call) {
    const wanted = attributesToGet?.map(attributeKey);
    this.#kadmin = kadmin;
    this.#objectClass = objectClass;
    this.#call = call;
    this.#withLockOut = [...wanted ?? [], ...besides.map(attributeKey)].includes(attributeKey(LOCK_OUT));
    this.#namesOnly = wanted !== undefined && wanted.every((name) => [NAME, UID].map(attributeKey).includes(name));
  }

  /** Those that are gone meanwhile are left out. `isSure`: whether the names have to be looked up even for the names alone. */
  async read(names: readonly string[], isSure: boolean): Promise<readonly ConnectorObject[]> {
    if (names.length === 0) return [];
    if (this.#namesOnly && !isSure) return names.map((name) => principalObject(this.#objectClass, name));
    this.#call.progress?.();
    const principals = principalsIn(await this.#details(names));
    const objects: ConnectorObject[] = [];
    for (const fields of principals) objects.push(principalObject(this.#objectClass, fields.get('Principal') ?? '', await this.#attributes(fields)));
    return objects;
  }

  #details(names: readonly string[]): Promise<string> {
    const [first = ''] = names;
    const query = { signal: this.#call.signal, readOnly: true, tolerated: GONE };
    if (names.length === 1) return this.#kadmin.query(['getprinc', first], { ...query, what: `Reading the principal ${first}` });
    return this.#kadmin.batch(names.map((name) => ['getprinc', name]), { ...query, what: 'Reading principals' });
  }

  async #attributes(fields: PrincipalFields): Promise<readonly Attribute[]> {
    const attributes = [...WRITABLE, ...READ_ONLY].flatMap(([name, line]) => {
      const value = fields.get(line);
      return value === undefined ? [] : [Attribute.of(name, value)];
    });
    if (!this.#withLockOut) return attributes;
    return [...attributes, Attribute.of(LOCK_OUT, isLocked(fields, await this.#policy(policyOf(fields)), Date.now()))];
  }

  async #policy(name: string | undefined): Promise<LockoutPolicy | undefined> {
    if (name === undefined) return undefined;
    if (!this.#policies.has(name)) {
      const output = await this.#kadmin.query(['getpol', name], { what: `Reading the policy ${name}`, signal: this.#call.signal, readOnly: true, tolerated: 'Policy does not exist' });
      this.#policies.set(name, lockoutPolicyIn(output));
    }
    return this.#policies.get(name);
  }
}
