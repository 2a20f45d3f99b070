import { ConnectorError, Uid } from '../../../protocol/model/index.js';
import { changeLinks, refuse, requireObject, textAt, type Json, type JsonObject, type LinkPlan } from '../../engines/rest/index.js';
import type { GraphCall, GraphPath } from './reading.js';

/** One request, made once the object itself is written. */
export type Step = LinkPlan['steps'][number];

/** The body without attributes that are commands, which no resource has, and their values. */
export function splitCommands<const N extends string>(body: JsonObject, names: readonly N[]): { readonly own: JsonObject; readonly commands: Readonly<Partial<Record<N, readonly Json[]>>> } {
  const isCommand = (name: string): boolean => (names as readonly string[]).includes(name);
  const valuesOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value as readonly Json[] : value === null ? [] : [value]);
  const entries = Object.entries(body);
  return {
    own: Object.fromEntries(entries.filter(([name]) => !isCommand(name))),
    commands: Object.fromEntries(entries.filter(([name]) => isCommand(name)).map(([name, value]) => [name, valuesOf(value)])) as Partial<Record<N, readonly Json[]>>,
  };
}

export function requiredText(value: Json, path: string, attribute: string): string {
  return textAt(value, path) ?? refuse(path === '' ? `${attribute} takes texts.` : `Each value of ${attribute} needs ${path}.`);
}

interface Write {
  readonly path: GraphPath;
  /** What the resource is called in messages. */
  readonly what: string;
  readonly own: JsonObject;
  readonly plan: LinkPlan;
}

/** Creates the resource and then carries the steps out; a step that fails leaves the resource, and says so. */
export async function createAndCarryOut(call: GraphCall, { path, what, own, plan }: Write): Promise<JsonObject> {
  const created = requireObject(await call.send(`POST ${path}`, { json: own, hasSecrets: own['passwordProfile'] !== undefined }), `The answer to POST ${path}`, 'applied');
  const uid = textAt(created, 'id');
  if (uid === undefined) throw new ConnectorError('connector', `Microsoft Graph created a ${what}, but its answer has no id: search for it.`, { outcome: 'applied' });
  await changeLinks(call, new Uid(uid), plan, `The ${what} was created with the uid '${uid}'.`);
  return created;
}

/** Changes the resource, where anything of its own changes, and then carries the steps out. */
export async function updateAndCarryOut(call: GraphCall, uid: Uid, { path, what, own, plan }: Write): Promise<undefined> {
  const changes = Object.keys(own).length > 0;
  if (changes) await call.answer(`PATCH ${path}/{uid}`, { variables: { uid: uid.value }, uid: uid.value, json: own, hasSecrets: own['passwordProfile'] !== undefined });
  await changeLinks(call, uid, plan, changes ? `The ${what} '${uid.value}' was updated.` : '');
}
