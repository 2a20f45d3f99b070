import type { Uid } from '../../../protocol/model/index.js';
import { refuse, requireObject, textAt, valueAt, writeSteps, type Json, type JsonObject, type RestCall, type WriteStep, type Written } from '../../engines/rest/index.js';
import { USER_NAME, USER_PATH, getUser, iam, ifThere, named } from './requests.js';
import { tagSteps } from './tags.js';

export function checkUser({ object }: Written): void {
  const given = (member: string, preset: string): string => (object[member] === undefined ? preset : textAt(object, member) ?? '');
  const [name, path] = [given('UserName', 'any'), given('Path', '/')];
  if (!USER_NAME.test(name)) refuse(`A user name has letters, digits and +=,.@_- only, unlike '${name.slice(0, 100)}'.`);
  if (!USER_PATH.test(path)) refuse(`Path begins and ends with / and has no blanks, unlike '${path.slice(0, 100)}'.`);
}

const createPassword = (call: RestCall, uid: string, password: Json): Promise<Json> => iam.send(call, 'CreateLoginProfile', { ...named(uid), Password: password }, { uid, hasSecrets: true });

export async function createUser(call: RestCall, { object: { Password: password, ...user } }: Written): Promise<JsonObject> {
  const made = requireObject(valueAt(await iam.send(call, 'CreateUser', user), 'User'), 'The answer to CreateUser', 'applied');
  const name = textAt(made, 'UserName') ?? '';
  if (password !== undefined) await writeSteps(call.signal, [['its password', () => createPassword(call, name, password)]], `The user was created with the uid '${name}'.`);
  return made;
}

/** Users have a login profile once they have had a password. */
async function setPassword(call: RestCall, uid: string, password: Json): Promise<void> {
  if (password === null) await ifThere(() => iam.send(call, 'DeleteLoginProfile', named(uid), { uid }));
  else if (await ifThere(() => iam.send(call, 'UpdateLoginProfile', { ...named(uid), Password: password }, { uid, hasSecrets: true })) === undefined) await createPassword(call, uid, password);
}

/** Only what differs from what the user has; renamed last, as all else addresses the user by name. */
export async function updateUser(call: RestCall, { value: uid }: Uid, { object }: Written): Promise<JsonObject> {
  const user = await getUser(call, uid);
  const sends = (what: string, action: string, input: JsonObject = {}): readonly WriteStep[] => [[what, () => iam.send(call, action, { ...named(uid), ...input }, { uid })]];
  const bound = textAt(user, 'PermissionsBoundary.PermissionsBoundaryArn') ?? null;
  const stepsOf: Readonly<Record<string, (wanted: Json) => readonly WriteStep[]>> = {
    Tags: (wanted) => tagSteps(call, uid, user, wanted),
    PermissionsBoundary: (wanted) => (wanted === bound ? [] : wanted === null ? sends('permissions boundary', 'DeleteUserPermissionsBoundary') : sends('permissions boundary', 'PutUserPermissionsBoundary', { PermissionsBoundary: wanted })),
    Password: (wanted) => [['password', () => setPassword(call, uid, wanted)]],
    Path: (wanted) => (wanted === user['Path'] ? [] : sends('path', 'UpdateUser', { NewPath: wanted })),
    UserName: (wanted) => (wanted === uid ? [] : sends('name', 'UpdateUser', { NewUserName: wanted })),
  };
  await writeSteps(call.signal, Object.entries(stepsOf).flatMap(([member, steps]) => (object[member] === undefined ? [] : steps(object[member]))));
  return { UserName: object['UserName'] ?? uid };
}
