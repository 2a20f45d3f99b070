import { ConnectorError, type IcfValue, type Uid } from '../../../protocol/model/index.js';
import { canonicalValue } from '../../framework/canonical.js';
import { afterwards } from './afterwards.js';
import { icfValue, jsonValue } from './json-values.js';
import { textAt, valueAt, type Json, type JsonObject } from './json.js';
import { listed, type ListEndpoint } from './list.js';
import type { RestCall } from './rest-call.js';
import type { RequestLine } from './request-line.js';

/** What adds or removes one value. `{uid}` is the object, `{value}` the value where it is a text, `{link}` the resource behind it. */
export interface LinkRequest {
  readonly request: RequestLine;
  readonly json?: (uid: string, value: Json) => Json;
  readonly form?: (uid: string, value: Json) => Readonly<Record<string, string>>;
  /** Statuses that mean that things are as wanted already. */
  readonly done?: readonly number[];
}

/** Values that are resources of their own at the service, such as the memberships of a user: read, added and removed one by one. */
export interface LinkedValues {
  /**
   * A function where the service lists them otherwise than object by object: it gives the elements of one. `search` is one and the same
   * while a search lasts, so that what serves all its objects can be kept by it.
   */
  readonly list: ListEndpoint | ((call: RestCall, uid: string, search: object) => AsyncIterable<readonly Json[]>);
  /** The object itself shows them too, at the attribute's `wire`: reading it takes no further request, changing it does. */
  readonly shown?: boolean;
  /** Path in the object where `complete` has put the values: to read them the list is not asked for then, only to change them. */
  readonly given?: string;
  /** Path of the value in an element of the list, or what makes it. */
  readonly value: string | ((element: Json) => Json | undefined);
  /** Path of what `{link}` stands for in an element of the list. @default `id` */
  readonly link?: string;
  /** An object without any is shown without the attribute. @default with no values */
  readonly leftOutIfNone?: boolean;
  /** What tells two values apart, where they are objects. @default the whole value */
  readonly key?: (value: Json) => string;
  readonly add?: LinkRequest | ((call: RestCall, uid: string, value: Json) => Promise<void>);
  readonly remove?: LinkRequest | ((call: RestCall, uid: string, value: Json, link: string | undefined) => Promise<void>);
}

interface Link { readonly value: Json; readonly link: string | undefined }

function keyOf({ key }: LinkedValues, value: Json): string {
  return key === undefined ? JSON.stringify(canonicalValue(icfValue(value))) : key(value);
}

async function* linksOf(call: RestCall, linked: LinkedValues, uid: string, search: object = {}): AsyncGenerator<Link, void, void> {
  const pages = typeof linked.list === 'function' ? linked.list(call, uid, search) : listed(call, linked.list, { variables: { uid }, signal: call.signal });
  for await (const page of pages) {
    for (const element of page) {
      const value = typeof linked.value === 'string' ? valueAt(element, linked.value) : linked.value(element);
      if (value !== undefined && value !== null) yield { value, link: textAt(element, linked.link ?? 'id') };
    }
  }
}

/** The values that stand in the object already; undefined where they have to be looked up. */
export function givenValues({ given }: LinkedValues, object: JsonObject): IcfValue[] | undefined {
  const values = given === undefined ? undefined : valueAt(object, given);
  return Array.isArray(values) ? (values as readonly Json[]).map(icfValue) : undefined;
}

/** The values of an object; see `LinkedValues.list` for `search`. */
export async function linkedValues(call: RestCall, linked: LinkedValues, uid: string, search?: object): Promise<IcfValue[]> {
  const values: IcfValue[] = [];
  for await (const { value } of linksOf(call, linked, uid, search)) values.push(icfValue(value));
  return values;
}

/** A change of one attribute's values, in the service's form. */
export interface LinkChange {
  readonly name: string;
  readonly linked: LinkedValues;
  readonly type: 'REPLACE' | 'ADD' | 'REMOVE';
  readonly values: readonly IcfValue[];
}

type Step = (call: RestCall, uid: Uid, signal: AbortSignal) => Promise<void>;
/** What is to be done for the links of one object, found out before anything is changed. */
export interface LinkPlan { readonly steps: readonly Step[]; readonly names: readonly string[] }

/** `uid` undefined: of an object that is about to be created, which has no links yet. Rejects where a change is not possible. */
export async function planLinks(call: RestCall, uid: Uid | undefined, changes: readonly LinkChange[]): Promise<LinkPlan> {
  const steps: Step[] = [];
  for (const change of changes) steps.push(...await stepsOf(call, uid, change));
  return { steps, names: changes.map(({ name }) => name) };
}

async function stepsOf(call: RestCall, uid: Uid | undefined, { name, linked, type, values }: LinkChange): Promise<readonly Step[]> {
  const wanted = new Map(values.map((value) => jsonValue(value)).map((value) => [keyOf(linked, value), value] as const));
  const present = new Map<string, Link>();
  if (uid !== undefined) for await (const link of linksOf(call, linked, uid.value)) present.set(keyOf(linked, link.value), link);
  const added = type === 'REMOVE' ? [] : [...wanted].filter(([key]) => !present.has(key)).map(([, value]) => value);
  const removed = type === 'ADD' ? [] : [...present].filter(([key]) => wanted.has(key) === (type === 'REMOVE')).map(([, link]) => link);
  const { add, remove } = linked;
  return [...stepsBy(remove, `Values of ${name} cannot be removed`, removed), ...stepsBy(add, `Values of ${name} cannot be added`, added.map((value) => ({ value, link: undefined })))];
}

function stepsBy(how: LinkedValues['add'] | LinkedValues['remove'], refusal: string, links: readonly Link[]): readonly Step[] {
  if (links.length === 0) return [];
  if (how === undefined) throw new ConnectorError('invalidAttributeValue', `${refusal} at this service.`, { outcome: 'notApplied' });
  return links.map((link) => (call, uid, signal) => carryOut(call, how, uid.value, link, signal));
}

async function carryOut(call: RestCall, how: NonNullable<LinkedValues['add'] | LinkedValues['remove']>, uid: string, { value, link }: Link, signal: AbortSignal): Promise<void> {
  if (typeof how === 'function') return how({ ...call, signal }, uid, value, link);
  const { request, json, form, done } = how;
  const text = typeof value === 'string' ? value : undefined;
  await call.answer(request, { variables: { uid, value: text, link }, json: json?.(uid, value), form: form?.(uid, value), signal, accept: done });
}

/**
 * One step after the other. Where one fails, the error says what has been done: `before` is what had been done to the object itself,
 * as a sentence, or empty.
 */
export async function changeLinks(call: RestCall, uid: Uid, { steps, names }: LinkPlan, before: string): Promise<void> {
  const so = before === '' ? '' : `${before} `;
  for (const [done, step] of steps.entries()) {
    await afterwards(`${so}Of ${steps.length} changes of ${names.join(', ')} ${done} were made, then one failed:`, before !== '' || done > 0, async () => {
      call.signal.throwIfAborted();
      await step(call, uid, call.signal);
    });
  }
}
