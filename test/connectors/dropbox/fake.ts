import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';

type Fields = Readonly<Record<string, unknown>>;
interface Group { readonly id: string; name: string; externalId: string | undefined; type: string; readonly members: Map<string, string> }
interface Member { readonly id: string; email: string; readonly givenName: string; readonly surname: string; readonly role: string | undefined; status: string; readonly secondary: readonly string[] }
interface Selector { readonly '.tag': string; readonly team_member_id?: string; readonly group_id?: string }
interface Access { readonly user: Selector; readonly access_type: { readonly '.tag': string } }

/** A refusal of a route: 409 and the tag. */
const refuse = (tag: string): never => { throw new Refusal(409, { error_summary: `${tag}/..`, error: { '.tag': tag } }); };
const done: FakeAnswer = { body: { '.tag': 'complete' } };

/** A team of Dropbox (https://www.dropbox.com/developers/documentation/http/teams), without its files. */
export class FakeDropbox {
  readonly members = new Map<string, Member>();
  readonly groups = new Map<string, Group>();
  readonly roles = [
    { role_id: 'pid_dbtmr:2345', name: 'Team admin', description: 'User can do most user provisioning, de-provisioning and management.' },
    { role_id: 'pid_dbtmr:3456', name: 'User management admin', description: 'Add, remove, and manage member accounts.' },
  ];
  readonly clientId = 'dropbox-client';
  readonly clientSecret = secret('client secret of the fake Dropbox');
  readonly refreshToken = secret('refresh token of the fake Dropbox');
  readonly authToken = secret('static token of the fake Dropbox');
  /** Adds and removes members by jobs, each finished after so many questions. */
  jobsTake: number | undefined;
  readonly #jobs = new Map<string, { left: number; readonly result: Fields }>();
  service!: FakeService;
  #next = 100;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeDropbox> {
    const dropbox = new FakeDropbox();
    dropbox.service = await FakeService.start({
      base: '/2', observers,
      error: (_, message) => ({ error_summary: `${message}/..`, error: { '.tag': 'other' } }),
      credentials: {
        tokens: { path: '/oauth2/token', clientId: dropbox.clientId, clientSecret: dropbox.clientSecret, refreshToken: dropbox.refreshToken },
        basic: { user: 'admin', password: dropbox.clientSecret }, fixedTokens: [dropbox.authToken],
      },
      routes: { ...dropbox.#memberRoutes(), ...dropbox.#groupRoutes(), ...dropbox.#memberships() },
    });
    return dropbox;
  }

  addMember(email: string, more: Partial<Member> = {}): string {
    const id = `dbmid:${this.#next++}`;
    this.members.set(id, { id, email, givenName: '', surname: '', role: undefined, status: 'active', secondary: [], ...more });
    return id;
  }

  addGroup(name: string, more: Partial<Group> = {}): string {
    const id = `g:${this.#next++}`;
    this.groups.set(id, { id, name, externalId: undefined, type: 'company_managed', members: new Map(), ...more });
    return id;
  }

  #pages(route: string, items: string, all: (request: FakeRequest) => readonly Fields[]): Routes {
    const [start = '', version = ''] = route.split(':');
    const answer = (request: FakeRequest, cursor: string): FakeAnswer => {
      const [marker = '', limit = '1000', group = ''] = cursor.split('|');
      const { rows, marker: next } = this.service.pages.marker(all({ ...request, params: { group } }), new URLSearchParams({ marker, limit }));
      return { body: { [items]: rows, cursor: `${next ?? 'end'}|${limit}|${group}`, has_more: next !== undefined } };
    };
    return {
      [`POST ${start}${version}`]: (request) => {
        const { limit = 1_000, group } = request.body as { limit?: number; group?: Selector };
        return answer(request, `|${limit}|${group?.group_id ?? ''}`);
      },
      [`POST ${start}/continue${version}`]: (request) => {
        const { cursor } = request.body as { cursor: string };
        return cursor.startsWith('end') || !cursor.includes('|') ? refuse('invalid_cursor') : answer(request, cursor);
      },
    };
  }

  #launched(result: Fields): FakeAnswer {
    if (this.jobsTake === undefined) return { body: { '.tag': 'complete', ...result } };
    const id = `job${this.#next++}`;
    this.#jobs.set(id, { left: this.jobsTake, result });
    return { body: { '.tag': 'async_job_id', async_job_id: id } };
  }

  #job({ body }: FakeRequest): FakeAnswer {
    const job = this.#jobs.get((body as { async_job_id: string }).async_job_id) ?? refuse('invalid_async_job_id');
    return { body: job.left-- > 0 ? { '.tag': 'in_progress' } : { '.tag': 'complete', ...job.result } };
  }

  #member(user: Selector): Member {
    const member = this.members.get(user.team_member_id ?? '');
    return member === undefined || member.status === 'removed' ? refuse('user_not_found') : member;
  }

  #memberRoutes(): Routes {
    return {
      'POST /team/members/get_available_team_member_roles': ({ text }) => (text === '' || text === 'null' ? { body: { roles: this.roles } } : { status: 400, body: 'Error in call to API function: expected null' }),
      ...this.#pages('/team/members/list:_v2', 'members', () => [...this.members.values()].filter(({ status }) => status !== 'removed').map((each) => this.#memberInfo(each))),
      'POST /team/members/get_info_v2': ({ body }) => ({
        body: {
          members_info: (body as { members: readonly Selector[] }).members.map(({ team_member_id: id = '' }) => {
            const member = this.members.get(id);
            return member === undefined ? { '.tag': 'id_not_found', id_not_found: id } : { '.tag': 'member_info', ...this.#memberInfo(member) };
          }),
        },
      }),
      'POST /team/members/add_v2': ({ body }) => this.#launched({ complete: (body as { new_members: readonly Record<string, never>[] }).new_members.map((each) => this.#added(each)) }),
      'POST /team/members/add/job_status/get_v2': (request) => this.#job(request),
      'POST /team/members/set_profile_v2': ({ body }) => {
        const { user, new_email: email } = body as { user: Selector; new_email: string };
        const member = this.#member(user);
        if ([...this.members.values()].some((each) => each !== member && each.email === email)) refuse('email_reserved_for_other_user');
        member.email = email;
        return { body: { member_info: this.#memberInfo(member) } };
      },
      'POST /team/members/remove': ({ body }) => {
        const member = this.#member((body as { user: Selector }).user);
        member.status = 'removed';
        for (const { members } of this.groups.values()) members.delete(member.id);
        return this.#launched({});
      },
      'POST /team/members/remove/job_status/get': (request) => this.#job(request),
    };
  }

  #added({ member_email: email, member_given_name: givenName = '', member_surname: surname = '', role_ids: [role] = [] }: { member_email?: string; member_given_name?: string; member_surname?: string; role_ids?: readonly string[] }): Fields {
    if (email === undefined || email.endsWith('@other.team')) return { '.tag': 'user_on_another_team', user_on_another_team: email };
    if ([...this.members.values()].some((each) => each.email === email)) return { '.tag': 'user_already_on_team', user_already_on_team: email };
    return { '.tag': 'success', ...this.#memberInfo(this.members.get(this.addMember(email, { givenName, surname, role, status: 'invited' }))!) };
  }

  #memberInfo(member: Member): Fields {
    const groups = [...this.groups.values()].filter(({ members }) => members.has(member.id)).map(({ id }) => id);
    return {
      profile: { ...this.#profile(member), groups, member_folder_id: '20', root_folder_id: '30' },
      roles: this.roles.filter(({ role_id: id }) => id === member.role),
    };
  }

  #profile({ id, email, givenName, surname, status, secondary }: Member): Fields {
    return {
      team_member_id: id, email, email_verified: status === 'active', membership_type: { '.tag': 'full' },
      status: status === 'removed' ? { '.tag': status, is_recoverable: true, is_disconnected: false } : { '.tag': status },
      name: { given_name: givenName, surname, familiar_name: givenName, display_name: `${givenName} ${surname}`.trim(), abbreviated_name: `${givenName.slice(0, 1)}${surname.slice(0, 1)}` },
      secondary_emails: secondary.map((each) => ({ email: each, is_verified: true })),
      ...(status === 'invited' ? { invited_on: '2023-01-01T00:00:00Z' } : { joined_on: '2023-01-01T00:00:00Z' }),
    };
  }

  #group(selector: Selector, writes = true): Group {
    const group = this.groups.get(selector.group_id ?? '') ?? refuse('group_not_found');
    return writes && group.type === 'system_managed' ? refuse('system_managed_group_disallowed') : group;
  }

  #summary({ id, name, externalId, type, members }: Group): Fields {
    return { group_id: id, group_name: name, ...(externalId === undefined ? {} : { group_external_id: externalId }), member_count: members.size, group_management_type: { '.tag': type } };
  }

  #memberInfos({ members }: Group): readonly Fields[] {
    return [...members].map(([id, access]) => ({ profile: this.#profile(this.members.get(id)!), access_type: { '.tag': access } }));
  }

  #full(group: Group, withMembers = true): Fields {
    return { ...this.#summary(group), created: 1_447_255_518_000, ...(withMembers && group.type !== 'system_managed' ? { members: this.#memberInfos(group) } : {}) };
  }

  #groupRoutes(): Routes {
    const isTaken = (test: (group: Group) => boolean, self?: Group): boolean => [...this.groups.values()].some((each) => each !== self && test(each));
    return {
      ...this.#pages('/team/groups/list', 'groups', () => [...this.groups.values()].map((each) => this.#summary(each))),
      'POST /team/groups/get_info': ({ body }) => ({
        body: (body as { group_ids: readonly string[] }).group_ids.map((id) => {
          const group = this.groups.get(id);
          return group === undefined ? { '.tag': 'id_not_found', id_not_found: id } : { '.tag': 'group_info', ...this.#full(group) };
        }),
      }),
      'POST /team/groups/create': ({ body }) => {
        const { group_name: name, group_external_id: externalId, group_management_type: type } = body as { group_name: string; group_external_id?: string; group_management_type?: { '.tag': string } };
        if (name.trim() === '') refuse('group_name_invalid');
        if (isTaken((each) => each.name === name)) refuse('group_name_already_used');
        if (externalId !== undefined && isTaken((each) => each.externalId === externalId)) refuse('external_id_already_in_use');
        return { body: this.#full(this.groups.get(this.addGroup(name, { externalId, type: type?.['.tag'] ?? 'user_managed' }))!) };
      },
      'POST /team/groups/update': ({ body }) => {
        const { group: selector, new_group_name: name, new_group_external_id: externalId, new_group_management_type: type } = body as { group: Selector; new_group_name?: string; new_group_external_id?: string; new_group_management_type?: { '.tag': string } };
        const group = this.#group(selector);
        if (name !== undefined && isTaken((each) => each.name === name, group)) refuse('group_name_already_used');
        if (name !== undefined) group.name = name;
        if (externalId !== undefined) group.externalId = externalId === '' ? undefined : externalId;
        if (type !== undefined) group.type = type['.tag'];
        return { body: this.#full(group, false) };
      },
      'POST /team/groups/delete': ({ body }) => {
        this.groups.delete(this.#group(body as Selector).id);
        return done;
      },
    };
  }

  #memberships(): Routes {
    const changed = (group: Group): FakeAnswer => ({ body: { group_info: this.#full(group, false), async_job_id: ' ' } });
    return {
      ...this.#pages('/team/groups/members/list', 'members', ({ params }) => this.#memberInfos(this.#group({ '.tag': 'group_id', group_id: params['group']! }, false))),
      'POST /team/groups/members/add': ({ body }) => {
        const { group: selector, members } = body as { group: Selector; members: readonly Access[] };
        const group = this.#group(selector);
        for (const { user } of members) {
          if (!this.members.has(user.team_member_id ?? '')) throw new Refusal(409, { error_summary: 'users_not_found/..', error: { '.tag': 'users_not_found', users_not_found: [user.team_member_id] } });
          if (group.members.has(user.team_member_id!)) refuse('duplicate_user');
        }
        for (const { user, access_type: access } of members) group.members.set(user.team_member_id!, access['.tag']);
        return changed(group);
      },
      'POST /team/groups/members/remove': ({ body }) => {
        const { group: selector, users } = body as { group: Selector; users: readonly Selector[] };
        const group = this.#group(selector);
        for (const { team_member_id: id = '' } of users) if (!group.members.delete(id)) refuse('member_not_in_group');
        return changed(group);
      },
    };
  }
}
