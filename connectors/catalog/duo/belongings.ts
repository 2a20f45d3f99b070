import { Uid, type Attribute, type IcfValue } from '../../../protocol/model/index.js';
import {
  changeLinks, elementsAt, isJsonObject, planLinks, refuse, textAt, valueAt, type JsonObject, type LinkedValues, type LinkPlan, type RestCall,
} from '../../engines/rest/index.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import type { Paging } from '../../engines/rest/paging/paging.js';
import { phoneNumber } from './phone-numbers.js';
import { plainText } from './requests.js';

const counted = offsetPaging({ offset: 'offset', size: 'limit' });

/** The answer says where the next page begins, if there is one: https://duo.com/docs/adminapi#response-paging */
export const duoPaging: Paging = {
  request: counted.request,
  after: ({ body }) => {
    const next = valueAt(body, 'metadata.next_offset');
    return typeof next === 'number' ? next : undefined;
  },
};

/** The phone with this number, made where there is none: https://duo.com/docs/adminapi#create-phone */
async function phoneWith(call: RestCall, number: string): Promise<string> {
  const known = valueAt(await call.send('GET /admin/v1/phones', { query: { number, limit: 1 } }), 'response.0');
  const phone = isJsonObject(known) ? known : valueAt(await call.send('POST /admin/v1/phones', { form: { number } }), 'response');
  return textAt(phone, 'phone_id') ?? refuse(`phones: Duo did not say which phone has the number ${number}.`);
}

/** Phones nobody has are of no use to anybody, and Duo keeps them: https://duo.com/docs/adminapi#delete-phone */
export async function deleteUnusedPhone(call: RestCall, phone: string): Promise<void> {
  const variables = { phone };
  const { status, json } = await call.answer('GET /admin/v1/phones/{phone}', { variables, accept: [404] });
  const users = valueAt(json, 'response.users');
  if (status !== 404 && Array.isArray(users) && users.length === 0) await call.answer('DELETE /admin/v1/phones/{phone}', { variables, accept: [404] });
}

const phones: LinkedValues = {
  list: { request: 'GET /admin/v1/users/{uid}/phones', items: 'response', paging: duoPaging },
  // A tablet has no number, and is none of the values.
  value: (element) => textAt(element, 'number'), link: 'phone_id', key: (value) => phoneNumber(plainText(value)),
  add: async (call, uid, value) => {
    const phone = await phoneWith(call, phoneNumber(plainText(value)));
    await call.send('POST /admin/v1/users/{uid}/phones', { variables: { uid }, form: { phone_id: phone } });
  },
  remove: async (call, uid, _, phone) => {
    await call.answer('DELETE /admin/v1/users/{uid}/phones/{phone}', { variables: { uid, phone }, accept: [404] });
    await deleteUnusedPhone(call, phone ?? '');
  },
};

/** https://duo.com/docs/adminapi#associate-group-with-user, and the same of hardware tokens */
function byId(path: 'groups' | 'tokens', parameter: 'group_id' | 'token_id'): LinkedValues {
  return {
    list: { request: `GET /admin/v1/users/{uid}/${path}`, items: 'response', paging: duoPaging }, value: parameter, link: parameter,
    add: { request: `POST /admin/v1/users/{uid}/${path}`, form: (_, value) => ({ [parameter]: plainText(value) }) },
    remove: { request: `DELETE /admin/v1/users/{uid}/${path}/{link}`, done: [404] },
  };
}

const BELONGINGS: Readonly<Record<string, LinkedValues>> = { phones, __groups__: byId('groups', 'group_id'), tokens: byId('tokens', 'token_id') };

/** The values a caller gave for an attribute; undefined where it gave none, or null, which is ignored. */
export function valuesGiven(attributes: readonly Attribute[], name: string): readonly IcfValue[] | undefined {
  const found = attributes.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase())?.values;
  const values = found?.filter((value) => value !== null);
  return found === null || found === undefined || (found.length > 0 && values?.length === 0) ? undefined : values;
}

/** What is to be done for phones, groups and tokens of a user; none of it is done yet. */
export async function planBelongings(call: RestCall, uid: string | undefined, attributes: readonly Attribute[]): Promise<LinkPlan> {
  const changes = attributes.flatMap(({ name }) => {
    const linked = BELONGINGS[name.toLowerCase()];
    const values = valuesGiven(attributes, name);
    return linked === undefined || values === undefined ? [] : [{ name, linked, type: 'REPLACE' as const, values }];
  });
  return planLinks(call, uid === undefined ? undefined : new Uid(uid), changes);
}

export function changeBelongings(call: RestCall, uid: string, plan: LinkPlan, before: string): Promise<void> {
  return changeLinks(call, new Uid(uid), plan, before);
}

/** Ids of the phones of a user. */
export const phoneIdsOf = (user: JsonObject): readonly string[] => elementsAt(user, 'phones').flatMap((phone) => textAt(phone, 'phone_id') ?? []);
