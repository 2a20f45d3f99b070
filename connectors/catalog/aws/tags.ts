import type { IcfValue } from '../../../protocol/model/index.js';
import { refuse, textAt, writeSteps, type Json, type JsonObject, type RestCall, type ValueEdit, type WriteStep } from '../../engines/rest/index.js';
import { getUser, iam, named } from './requests.js';

interface Tag { readonly Key: string; readonly Value: string }

const listOf = (tags: Json | undefined): readonly Json[] => (Array.isArray(tags) ? tags as readonly Json[] : []);
const isPair = (tag: ReadonlyMap<IcfValue, IcfValue>): boolean => tag.size === 2 && tag.has('Key') && tag.has('Value');
const textOf = (value: IcfValue | undefined): string => (value === null || typeof value === 'object' ? refuse('Tags have texts as values.') : String(value));

/** `{Key, Value}`, or as they are shown: `{Project: 'Meteor'}`. */
function tagsOf(values: readonly IcfValue[] | null): readonly Tag[] {
  return (values ?? []).flatMap((value) => {
    if (!(value instanceof Map)) return refuse('Tags takes objects: {"Key": "Project", "Value": "Meteor"}.');
    const entries = isPair(value) ? [[value.get('Key'), value.get('Value')] as const] : [...value];
    return entries.map(([key, text]) => ({ Key: textOf(key), Value: textOf(text) }));
  });
}

export const wireTags = (values: readonly IcfValue[] | null): Json => tagsOf(values).map(({ Key, Value }) => ({ Key, Value }));

/** `{Project: 'Meteor'}` each; undefined where there are none. */
export function shownTags({ Tags: tags }: JsonObject): Json | undefined {
  const shown = listOf(tags).map((tag) => ({ [textAt(tag, 'Key') ?? '']: textAt(tag, 'Value') ?? '' }));
  return shown.length === 0 ? undefined : shown;
}

function stepsFor(call: RestCall, uid: string, removed: readonly string[], set: readonly Tag[]): readonly WriteStep[] {
  return [
    ...(removed.length === 0 ? [] : [['tags removed', () => iam.send(call, 'UntagUser', { ...named(uid), TagKeys: removed }, { uid })] as const]),
    ...(set.length === 0 ? [] : [['tags set', () => iam.send(call, 'TagUser', { ...named(uid), Tags: set.map(({ Key, Value }) => ({ Key, Value })) }, { uid })] as const]),
  ];
}

const valuesOf = ({ Tags: tags }: JsonObject): ReadonlyMap<string, string> => new Map(listOf(tags).map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? '']));

/** What makes `user`, as GetUser gave it, have these tags and no others. Removed first: there are 50 at most, and keys that differ in case alone are one. */
export function tagSteps(call: RestCall, uid: string, user: JsonObject, wanted: Json): readonly WriteStep[] {
  const [present, all] = [valuesOf(user), valuesOf({ Tags: wanted })];
  return stepsFor(call, uid, [...present.keys()].filter((key) => !all.has(key)), [...all].filter(([key, value]) => present.get(key) !== value).map(([Key, Value]) => ({ Key, Value })));
}

/** Sets tags beside the others, or removes those that have just these values. */
export const editTags: ValueEdit = async (call, uid, type, values) => {
  const tags = tagsOf(values);
  if (type === 'ADD') return writeSteps(call.signal, stepsFor(call, uid, [], tags));
  const present = valuesOf(await getUser(call, uid));
  return writeSteps(call.signal, stepsFor(call, uid, tags.filter(({ Key, Value }) => present.get(Key) === Value).map(({ Key }) => Key), []));
};
