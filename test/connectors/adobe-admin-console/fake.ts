import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';

interface User { readonly email: string; readonly type: string; readonly id: string; username: string; firstname?: string; lastname?: string; country?: string; status: string; groups: Set<string> }
interface Group { readonly groupId: number; readonly groupName: string; readonly type: string; description?: string; readonly more?: object }
interface Step { readonly [name: string]: { readonly [field: string]: unknown } }
interface Command { readonly user?: string; readonly usergroup?: string; readonly do: readonly Step[] }

/** A refusal of one step. */
class StepError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
const refuse = (code: string, message: string): never => { throw new StepError(code, message); };
const CREATES: Readonly<Record<string, string>> = { addAdobeID: 'adobeID', createEnterpriseID: 'enterpriseID', createFederatedID: 'federatedID' };
const INFORMATION = new Set(['email', 'country', 'firstname', 'lastname', 'option']);
const UPDATABLE = new Set(['email', 'firstname', 'lastname', 'username']);

/** Adobe's User Management API (https://adobe-apiplatform.github.io/umapi-documentation/en/RefOverview.html), users, groups and actions. */
export class FakeAdobe {
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  readonly orgId = '12345@AdobeOrg';
  readonly clientId = 'adobe-client';
  readonly clientSecret = secret('client secret of the fake Adobe');
  /** Objects on a page; the first page of users has `technical` fewer. */
  userPage = 2_000;
  groupPage = 400;
  technical = 0;
  /** Forms of requests for tokens. */
  readonly tokenForms: Readonly<Record<string, string>>[] = [];
  service!: FakeService;
  #next = 100;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeAdobe> {
    const adobe = new FakeAdobe();
    adobe.service = await FakeService.start({
      base: '/v2', observers, error: (status, message) => ({ result: `error.${status}`, message }),
      credentials: { tokens: { path: '/ims/token/v3', clientId: adobe.clientId, clientSecret: adobe.clientSecret, refuses: (form) => { adobe.tokenForms.push(form); return form['scope'] === 'openid,AdobeID,user_management_sdk' ? undefined : `scope ${String(form['scope'])}`; } } },
      routes: {
        'GET /usermanagement/users/{org}/{page}': (request) => { adobe.#admit(request); return adobe.#page(request, 'users', [...adobe.users.values()].map((user) => adobe.#shown(user)), adobe.userPage, adobe.technical); },
        'GET /usermanagement/groups/{org}/{page}': (request) => { adobe.#admit(request); return adobe.#page(request, 'groups', [...adobe.groups.values()].map((group) => adobe.#shownGroup(group)), adobe.groupPage, 0); },
        'GET /usermanagement/organizations/{org}/users/{user}': (request) => {
          adobe.#admit(request);
          const user = adobe.users.get(request.params['user']!.toLowerCase());
          if (user === undefined) throw new Refusal(404, { result: 'error.user.not_found', message: `User not found ${request.params['user']!}` });
          return { body: { result: 'success', user: adobe.#shown(user) } };
        },
        'POST /usermanagement/action/{org}': (request) => { adobe.#admit(request); return { body: adobe.#act(request.body) }; },
      },
    });
    return adobe;
  }

  /** A group that is there from the beginning; its id. */
  addGroup(groupName: string, type = 'USER_GROUP', more: object = {}): string {
    const groupId = this.#next++;
    this.groups.set(groupName, { groupId, groupName, type, more });
    return String(groupId);
  }

  addUser(email: string, type = 'federatedID'): void {
    this.users.set(email.toLowerCase(), { email, type, id: `${this.#next++}@abc.e`, username: email, status: 'active', country: 'US', firstname: 'First', lastname: 'Last', groups: new Set() });
  }

  #admit({ headers, params }: FakeRequest): void {
    if (headers['x-api-key'] !== this.clientId) throw new Refusal(403, { result: 'error.apikey.invalid', message: 'API key is missing or invalid' });
    if (params['org'] !== this.orgId) throw new Refusal(400, { result: 'error.organization.invalid_id', message: 'Bad organization Id' });
  }

  #page({ params }: FakeRequest, name: string, all: readonly object[], size: number, missing: number) {
    const asked = Number(params['page']);
    const rows = this.service.pages.oddity === 'duplicate' ? [...all.slice(0, size), ...all] : all;
    const count = Math.max(1, Math.ceil((rows.length + missing) / size) + (this.service.pages.oddity === 'emptyLast' ? 1 : 0));
    // Beyond the last page there is the last page again.
    const page = Math.min(asked, count - 1);
    const from = page === 0 ? 0 : page * size - missing;
    const headers = { 'X-Total-Count': String(all.length + missing), 'X-Page-Count': String(count), 'X-Current-Page': String(page), 'X-Page-Size': String(size) };
    return { headers, body: { lastPage: page === count - 1, result: 'success', [name]: rows.slice(from, (page + 1) * size - missing) } };
  }

  #shown({ groups, ...user }: User): object {
    return { ...user, orgSpecific: true, businessAccount: true, ...(groups.size === 0 ? {} : { groups: [...groups] }) };
  }

  #shownGroup({ groupId, groupName, type, more }: Group): object {
    return { groupId, groupName, type, memberCount: [...this.users.values()].filter(({ groups }) => groups.has(groupName)).length, ...more };
  }

  #act(body: unknown): object {
    if (!Array.isArray(body) || body.length === 0 || body.length > 10) throw new Refusal(400, { result: 'error.command.malformed', message: 'no list of up to ten commands' });
    const commands = body as readonly Command[];
    const errors: object[] = [];
    for (const [index, command] of commands.entries()) {
      for (const [step, each] of command.do.entries()) {
        try {
          this.#step(command, each);
        } catch (error) {
          if (!(error instanceof StepError)) throw error;
          errors.push({ index, step, message: error.message, errorCode: error.code, user: command.user });
          break;
        }
      }
    }
    const completed = commands.length - errors.length;
    return { completed, notCompleted: errors.length, completedInTestMode: 0, ...(errors.length === 0 ? {} : { errors }), result: errors.length === 0 ? 'success' : completed === 0 ? 'error' : 'partial' };
  }

  #step({ user, usergroup }: Command, step: Step): void {
    const [[name, fields] = refuse('error.command.malformed', 'an empty step')] = Object.entries(step);
    if (usergroup !== undefined) return this.#groupStep(usergroup, name, fields);
    const email = user ?? refuse('error.command.user.missing', 'no user');
    if (CREATES[name] !== undefined) return this.#create(email, CREATES[name], fields);
    const found = this.users.get(email.toLowerCase()) ?? refuse('error.user.nonexistent', `User Id does not exist: ${email}`);
    if (name === 'update') return this.#update(found, fields);
    if (name === 'removeFromOrg') return void this.users.delete(email.toLowerCase());
    return name === 'add' || name === 'remove' ? this.#membership(found, name, fields) : refuse('error.command.step.unknown', name);
  }

  #membership(found: User, name: 'add' | 'remove', fields: Step[string]): void {
    const { group } = fields as { group: string[] };
    if (group.length === 0 || group.length > 10) refuse('error.command.add_remove.list_too_long', `${group.length} groups`);
    for (const each of group) {
      if (!this.groups.has(each)) refuse('error.group.not_found', `Group ${each} was not found`);
      if (name === 'add') found.groups.add(each);
      else found.groups.delete(each);
    }
  }

  #create(email: string, type: string, fields: Step[string]): void {
    const strange = Object.keys(fields).find((field) => !INFORMATION.has(field));
    if (strange !== undefined) refuse('error.command.create.key.unknown', strange);
    if (fields['email'] !== email || !email.includes('@')) refuse('error.user.must_match_email', email);
    if (this.users.has(email.toLowerCase())) refuse('error.user.already_in_org', `User is already in the organization: ${email}`);
    this.addUser(email, type);
    const { firstname, lastname, country = 'US' } = fields as { firstname?: string; lastname?: string; country?: string };
    Object.assign(this.users.get(email.toLowerCase())!, { firstname, lastname, country });
  }

  #update(user: User, fields: Step[string]): void {
    if (user.type === 'adobeID') refuse('error.update.adobeid.no', 'An Adobe ID cannot be updated');
    const strange = Object.keys(fields).find((field) => !UPDATABLE.has(field));
    if (strange !== undefined) refuse('error.command.update.key.unknown', strange);
    Object.assign(user, fields);
  }

  #groupStep(name: string, step: string, fields: Step[string]): void {
    if (step === 'createUserGroup') {
      if (this.groups.has(name)) refuse('error.usergroup.already_exists', name);
      this.addGroup(name);
      return void Object.assign(this.groups.get(name)!, { description: fields['description'] });
    }
    const found = this.groups.get(name) ?? refuse('error.usergroup.not_found', name);
    if (found.type !== 'USER_GROUP') refuse('error.usergroup.update.failed', `${name} is no user group`);
    if (step === 'updateUserGroup') Object.assign(found, fields);
    else if (step === 'deleteUserGroup') this.groups.delete(name);
    else refuse('error.command.step.unknown', step);
  }
}
