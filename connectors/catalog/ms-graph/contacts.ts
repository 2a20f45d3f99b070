import { attributes, isJsonObject, object, refuse, string, type Json, type JsonObject } from '../../engines/rest/index.js';
import { requiredText, type Step } from './commands.js';

export const CONTACT_COMMANDS = ['__addContacts__', '__updateContacts__', '__removeContacts__'] as const;
type ContactChanges = Readonly<Partial<Record<typeof CONTACT_COMMANDS[number], readonly Json[]>>>;

/** Contacts of a user's mailbox (https://learn.microsoft.com/en-us/graph/api/resources/contact). */
export const contactAttributes = attributes({
  contacts: object({ multi: true, unsent: 'always', onRequest: true, notes: 'of the mailbox; changed by the three attributes below' }),
  __addContacts__: object({ multi: true, writeOnly: true, notes: 'new contacts, of a user that exists' }),
  __updateContacts__: object({ multi: true, writeOnly: true, notes: 'changes of contacts, each with the id of its contact' }),
  __removeContacts__: string({ multi: true, writeOnly: true, notes: 'ids of contacts' }),
});

const isShown = ([name, value]: readonly [string, Json]): boolean => !name.includes('@') && value !== null;

/** What is set of a contact, without what OData says about it. */
export function shownContact(contact: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(contact).filter(isShown));
}

export function refuseContacts(commands: ContactChanges): void {
  const given = CONTACT_COMMANDS.find((name) => (commands[name] ?? []).length > 0);
  if (given !== undefined) refuse(`${given} is for users that exist: a mailbox is made some time after its user. Create the user first.`);
}

const contactOf = (value: Json, attribute: string): JsonObject => (isJsonObject(value) ? value : refuse(`${attribute} takes objects.`));

function withoutId(contact: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(contact).filter(([name]) => name !== 'id'));
}

/** https://learn.microsoft.com/en-us/graph/api/user-post-contacts, contact-update and contact-delete */
export function contactSteps({ __addContacts__: add = [], __updateContacts__: change = [], __removeContacts__: remove = [] }: ContactChanges): readonly Step[] {
  return [
    ...add.map((value) => contactOf(value, '__addContacts__')).map((json): Step => async (call, { value: uid }, signal) => {
      await call.answer('POST /users/{uid}/contacts', { variables: { uid }, json, signal });
    }),
    ...change.map((value) => ({ id: requiredText(value, 'id', '__updateContacts__'), json: withoutId(contactOf(value, '__updateContacts__')) })).map(({ id, json }): Step => async (call, { value: uid }, signal) => {
      await call.answer('PATCH /users/{uid}/contacts/{id}', { variables: { uid, id }, json, signal });
    }),
    ...remove.map((value) => requiredText(value, '', '__removeContacts__')).map((id): Step => async (call, { value: uid }, signal) => {
      await call.answer('DELETE /users/{uid}/contacts/{id}', { variables: { uid, id }, signal });
    }),
  ];
}
