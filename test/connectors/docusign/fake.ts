import { randomUUID } from 'node:crypto';
import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';

export type Fields = Readonly<Record<string, unknown>>;
type Kept = Map<string, Fields>;

const refusal = (status: number, errorCode: string, message: string): Refusal => new Refusal(status, { errorCode, message });
const failed = (errorCode: string): Fields => ({ errorDetails: { errorCode, message: `${errorCode} says it` } });
const NO_ADDRESS = { address1: '', address2: '', city: '', stateOrProvince: '', postalCode: '', phone: '', country: '' };
const SETTINGS = { canManageAccount: 'false', templateMatchingSensitivity: '80', localePolicy: { cultureName: 'en' }, sealIdentifiers: [] };
const BRIEF = ['userId', 'userName', 'email', 'userStatus', 'userType', 'uri', 'createdDateTime', 'permissionProfileId', 'permissionProfileName'];
const UPDATABLE = new Set(['userName', 'firstName', 'middleName', 'lastName', 'permissionProfileId', 'permissionProfileName', 'sendActivationOnInvalidLogin', 'isAdmin', 'jobTitle', 'enableConnectForUser', 'userStatus', 'userType', 'workAddress', 'userSettings', 'password', 'forgottenPasswordInfo']);

/** Of the one account there is. */
export const ACCOUNT_ID = '8a4f5c1e-0000-4000-8000-000000000001';

/** DocuSign's eSignature REST API v2.1 (https://developers.docusign.com/docs/esign-rest-api/reference/), users, groups, contacts and profiles. */
export class FakeDocuSign {
  readonly users: Kept = new Map();
  readonly groups: Kept = new Map();
  readonly signingGroups: Kept = new Map();
  readonly contacts: Kept = new Map();
  readonly profiles: Kept = new Map();
  readonly account = ACCOUNT_ID;
  readonly clientId = 'integration-key';
  readonly clientSecret = secret('secret key of the fake DocuSign');
  readonly everyone: string;
  /** Answers an update as if it had been made. */
  pretends = false;
  /** Forms of requests for tokens. */
  readonly tokenForms: Fields[] = [];
  service!: FakeService;
  #next = 14_000_000;
  #clock = Date.parse('2024-02-09T16:29:20.927Z');

  private constructor() {
    this.everyone = this.addGroup('Everyone', 'everyoneGroup');
    for (const [name, by] of [['Account Administrator', ''], ['DocuSign Sender', ''], ['API Admin', 'Carlos Garcia']] as const) {
      const id = String(this.#next++);
      this.profiles.set(id, { permissionProfileId: id, permissionProfileName: name, modifiedByUsername: by, modifiedDateTime: this.#now(), settings: { canCreateWorkspaces: 'true', vaultingMode: 'none' } });
    }
  }

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeDocuSign> {
    const fake = new FakeDocuSign();
    const routes = { ...fake.#userRoutes(), ...fake.#groupRoutes(), ...fake.#signingRoutes(), ...fake.#contactRoutes(), ...fake.#profileRoutes() };
    fake.service = await FakeService.start({
      observers, error: (status, message) => ({ errorCode: `STATUS_${status}`, message }),
      credentials: {
        tokens: { path: '/oauth/token', clientId: fake.clientId, clientSecret: fake.clientSecret, refreshToken: 'refresh-token-of-docusign', refuses: (form) => { fake.tokenForms.push(form); return undefined; } }, basic: { user: 'carlos', password: 'password-of-carlos' }, fixedTokens: ['token-of-docusign'],
      },
      routes: Object.fromEntries(Object.entries(routes).map(([line, handler]) => [line.replace(' ', ` /restapi/v2.1/accounts/${fake.account}`), handler])),
    });
    return fake;
  }

  addGroup(groupName: string, groupType = 'customGroup', more: Fields = {}): string {
    const groupId = String(this.#next++);
    this.groups.set(groupId, { groupId, groupName, groupType, ...more });
    return groupId;
  }

  /** Seven digits of a second, as DocuSign gives them. */
  #now(): string {
    return new Date(this.#clock += 1_000).toISOString().replace('Z', '0000Z');
  }

  #set(request: FakeRequest, name: string, all: readonly Fields[]): FakeAnswer {
    const { rows, start, total, next } = this.service.pages.offset(all, request.query, { offset: 'start_position', limit: 'count', size: 50, most: 100 });
    return { body: { [name]: rows, resultSetSize: String(rows.length), totalSetSize: String(total), startPosition: String(start), endPosition: String(start + rows.length), ...(next === undefined ? {} : { nextUri: `/more?start_position=${next}` }) } };
  }

  #shownUser(user: Fields): Fields {
    const groupList = (user['groupList'] as string[]).map((id) => this.groups.get(id)!).map(({ groupId, groupName, groupType }) => ({ groupId, groupName, groupType }));
    return { ...Object.fromEntries(Object.entries(user).filter(([name]) => name !== 'password' && name !== 'forgottenPasswordInfo')), groupList };
  }

  #user(id: string): Fields {
    const user = this.users.get(id);
    if (user === undefined) throw refusal(400, 'USER_DOES_NOT_EXIST_IN_SYSTEM', 'Users specified was not found on the system.');
    return user;
  }

  #newUser(given: Fields): Fields {
    const { userName = '', email = '', groupList = [], ...more } = given as { userName?: string; email?: string; groupList?: { groupId: string }[] };
    if (userName === '' || email === '') return failed('INVALID_REQUEST_PARAMETER');
    if ([...this.users.values()].some((user) => user['userName'] === userName && user['email'] === email)) return failed('USER_ALREADY_EXISTS_IN_ACCOUNT');
    if (groupList.some(({ groupId }) => !this.groups.has(groupId))) return failed('INVALID_GROUP_ID');
    const [first = '', second, third] = userName.split(' ');
    const names = second === undefined ? { lastName: first } : third === undefined ? { firstName: first, lastName: second } : { firstName: first, middleName: second, lastName: third };
    const userId = randomUUID();
    const images = `/users/${userId}/signatures/${randomUUID()}`;
    const user = {
      permissionProfileId: '', permissionProfileName: '', sendActivationOnInvalidLogin: 'false', isAdmin: 'False', jobTitle: '', enableConnectForUser: 'false', userType: 'CompanyUser',
      workAddress: NO_ADDRESS, userSettings: SETTINGS, initialsImageUri: `${images}/initials_image`, ...names, ...more,
      userId, userName, email, uri: `/users/${userId}`, createdDateTime: this.#now(), userStatus: 'ActivationSent', groupList: [...new Set([this.everyone, ...groupList.map(({ groupId }) => groupId)])],
    };
    this.users.set(userId, user);
    return { userId, userName, email, uri: user.uri, userStatus: 'ActivationSent', createdDateTime: user.createdDateTime };
  }

  #userRoutes(): Routes {
    return {
      'GET /users': (request) => {
        const { query } = request;
        const statuses = query.get('status')?.split(',');
        const part = (name: string, text: string | null) => (user: Fields): boolean => text === null || String(user[name]).toLowerCase().includes(text.toLowerCase());
        const asksForText = query.has('email_substring') || query.has('user_name_substring');
        const found = [...this.users.values()].filter((user) => statuses?.includes(String(user['userStatus'])) ?? !(asksForText && user['userStatus'] === 'Closed'))
          .filter(part('email', query.get('email_substring'))).filter(part('userName', query.get('user_name_substring'))).map((user) => this.#shownUser(user));
        return this.#set(request, 'users', query.get('additional_info') === 'true' ? found : found.map((user) => Object.fromEntries(BRIEF.map((name) => [name, user[name]]))));
      },
      'POST /users': ({ body }) => ({ status: 201, body: { newUsers: (body as { newUsers: Fields[] }).newUsers.map((user) => this.#newUser(user)) } }),
      'DELETE /users': ({ body }) => ({
        body: { users: (body as { users: { userId: string }[] }).users.map(({ userId }) => {
          const user = this.users.get(userId);
          if (user !== undefined) this.users.set(userId, { ...user, userStatus: 'Closed' });
          return { userId, ...(user === undefined ? failed('USER_DOES_NOT_EXIST_IN_SYSTEM') : { userStatus: 'Closed' }) };
        }) },
      }),
      'GET /users/{id}': ({ params }) => {
        const user = this.#shownUser(this.#user(params['id']!));
        return { body: { ...user, signatureImageUri: String(user['initialsImageUri']).replace('initials', 'signature') } };
      },
      'PUT /users/{id}': ({ params, body }) => {
        const user = this.#user(params['id']!);
        if (user['userStatus'] === 'Closed') throw refusal(400, 'USER_IS_CLOSED', 'A closed user cannot be changed.');
        const strange = Object.keys(body as Fields).find((name) => !UPDATABLE.has(name));
        if (strange !== undefined) throw refusal(400, 'INVALID_REQUEST_PARAMETER', strange);
        const after = { ...user, ...body as Fields };
        if (!this.pretends) this.users.set(params['id']!, after);
        return { body: this.#shownUser(after) };
      },
      'GET /users/{id}/signatures/{signature}': ({ params }) => ({ body: { signatureId: params['signature'], signatureName: 'Carlos Garcia', signatureImageUri: `/users/${params['id']!}/signatures/${params['signature']!}/signature_image` } }),
    };
  }

  #groupRoutes(): Routes {
    const shown = (group: Fields): Fields => ({ ...group, usersCount: String([...this.users.values()].filter((user) => (user['groupList'] as string[]).includes(group['groupId'] as string)).length) });
    const each = ({ body }: FakeRequest, change: (group: Fields) => Fields): FakeAnswer => ({ body: { groups: (body as { groups: Fields[] }).groups.map(change) } });
    const known = (given: Fields, change: (group: Fields) => Fields): Fields => {
      const group = this.groups.get(given['groupId'] as string);
      return group === undefined ? { ...given, ...failed('GROUP_NOT_FOUND') } : change(group);
    };
    const members = ({ params, body }: FakeRequest, change: (list: string[], group: string) => string[]): FakeAnswer => {
      if (!this.groups.has(params['id']!)) throw refusal(400, 'GROUP_NOT_FOUND', params['id']!);
      const { users } = body as { users: { userId: string }[] };
      for (const { userId } of users) this.users.set(userId, { ...this.#user(userId), groupList: change(this.#user(userId)['groupList'] as string[], params['id']!) });
      return { body: { users } };
    };
    return {
      // The list of DocuSign has the profile, too, or nobody would ever get it: there is no request for one group.
      'GET /groups': (request) => this.#set(request, 'groups', [...this.groups.values()].map(shown)),
      'POST /groups': (request) => ({ status: 201, ...each(request, (given) => {
        if ([...this.groups.values()].some(({ groupName }) => groupName === given['groupName'])) return { ...given, ...failed('GROUP_ALREADY_EXISTS') };
        return shown(this.groups.get(this.addGroup(String(given['groupName']), 'customGroup', given['permissionProfileId'] === undefined ? {} : { permissionProfileId: given['permissionProfileId'] }))!);
      }) }),
      'PUT /groups': (request) => each(request, (given) => known(given, (group) => { this.groups.set(String(group['groupId']), { ...group, ...given }); return shown({ ...group, ...given }); })),
      'DELETE /groups': (request) => each(request, (given) => known(given, (group) => { this.groups.delete(String(group['groupId'])); return group; })),
      'PUT /groups/{id}/users': (request) => members(request, (list, group) => [...list, group]),
      'DELETE /groups/{id}/users': (request) => members(request, (list, group) => list.filter((id) => id !== group)),
    };
  }

  #signingRoutes(): Routes {
    const found = (id: string): Fields => this.signingGroups.get(id) ?? (() => { throw refusal(409, 'SIGNING_GROUP_DOES_NOT_EXIST', id); })();
    return {
      'GET /signing_groups': () => ({ body: { groups: [...this.signingGroups.values()] } }),
      'GET /signing_groups/{id}': ({ params }) => ({ body: found(params['id']!) }),
      'POST /signing_groups': ({ body }) => ({ status: 201, body: { groups: (body as { groups: Fields[] }).groups.map((given) => {
        if ([...this.signingGroups.values()].some(({ groupName }) => groupName === given['groupName'])) return { ...given, ...failed('SIGNING_GROUP_ALREADY_EXISTS') };
        const [signingGroupId, now] = [String(this.#next++), this.#now()];
        const group = { groupType: 'sharedSigningGroup', ...given, signingGroupId, created: now, createdBy: 'Carlos Garcia', modified: now, modifiedBy: 'Carlos Garcia' };
        this.signingGroups.set(signingGroupId, group);
        return group;
      }) } }),
      'PUT /signing_groups/{id}': ({ params, body }) => {
        const group = { ...found(params['id']!), ...body as Fields, modified: this.#now() };
        this.signingGroups.set(params['id']!, group);
        return { body: group };
      },
      'DELETE /signing_groups': ({ body }) => ({ body: { groups: (body as { groups: { signingGroupId: string }[] }).groups.map((given) => (this.signingGroups.delete(given.signingGroupId) ? given : { ...given, ...failed('SIGNING_GROUP_DOES_NOT_EXIST') })) } }),
    };
  }

  #contactRoutes(): Routes {
    const each = ({ body }: FakeRequest, change: (contact: Fields) => Fields): FakeAnswer => ({ body: { contacts: (body as { contacts: Fields[] }).contacts.map(change) } });
    const found = (id: string): Fields => this.contacts.get(id) ?? (() => { throw refusal(400, 'CONTACT_DOES_NOT_EXIST', id); })();
    return {
      'GET /contacts': (request) => this.#set(request, 'contacts', [...this.contacts.values()].map((contact) => Object.fromEntries(Object.entries(contact).filter(([name]) => name !== 'contactPhoneNumbers')))),
      'POST /contacts': (request) => ({ status: 201, ...each(request, (given) => {
        if ([...this.contacts.values()].some(({ name }) => name === given['name'])) return { ...given, ...failed('CONTACT_ALREADY_EXISTS') };
        const contactId = randomUUID();
        this.contacts.set(contactId, { shared: 'False', ...given, contactId });
        return this.contacts.get(contactId)!;
      }) }),
      'PUT /contacts': (request) => each(request, (given) => {
        const old = this.contacts.get(given['contactId'] as string);
        if (old === undefined) return { ...given, ...failed('CONTACT_DOES_NOT_EXIST') };
        this.contacts.set(given['contactId'] as string, { ...old, ...given });
        return { ...old, ...given };
      }),
      'GET /contacts/{id}': ({ params }) => ({ body: { contacts: [found(params['id']!)], resultSetSize: '1', totalSetSize: '1' } }),
      'DELETE /contacts/{id}': ({ params }) => { const contact = found(params['id']!); this.contacts.delete(params['id']!); return { body: { contacts: [contact] } }; },
    };
  }

  #profileRoutes(): Routes {
    return {
      'GET /permission_profiles': () => ({ body: { permissionProfiles: [...this.profiles.values()].map((profile) => Object.fromEntries(Object.entries(profile).filter(([name]) => name !== 'settings'))) } }),
      'GET /permission_profiles/{id}': ({ params }) => {
        const profile = this.profiles.get(params['id']!);
        if (profile === undefined) throw refusal(400, 'PERMISSION_PROFILE_DOES_NOT_EXIST', params['id']!);
        return { body: profile };
      },
    };
  }
}
