/** A script for each operation on the user service. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  test: "await customizedConnection.get('/api');",
  schema: `return { objectClasses: [{ type: icf.ACCOUNT, attributes: {
    __NAME__: { required: true }, __PASSWORD__: { type: 'GuardedString', notReadable: true }, mail: 'String', groups: { multivalued: true },
  } }] };`,
  create: `
    const { mail, groups, __PASSWORD__: password } = attributes;
    const { data } = await customizedConnection.post('users', { json: { userName: id, mail: mail?.[0], groups: groups ?? [], password: password?.[0] } });
    return data.id;`,
  update: `
    const changes = {};
    if (id !== null) changes.userName = id;
    if ('mail' in attributes) changes.mail = attributes.mail?.[0] ?? null;
    if ('groups' in attributes) changes.groups = attributes.groups ?? [];
    if ('__PASSWORD__' in attributes) changes.password = attributes.__PASSWORD__[0];
    await customizedConnection.patch(['users', uid], { json: changes });
    return uid;`,
  delete: "await customizedConnection.delete(['users', uid]);",
  search: `
    const one = filter?.equals?.[0];
    const object = ({ id, userName, ...attributes }) => ({ uid: id, name: userName, attributes });
    if (one === '__UID__') {
      const answer = await connection.get(['users', filter.equals[1]]);
      if (answer.ok) await handler(object(answer.data));
      return;
    }
    const query = one === '__NAME__' ? { userName: filter.equals[1] } : {};
    for (let from = 0; from !== null;) {
      const { data } = await customizedConnection.get('users', { query: { ...query, from, count: 5 } });
      for (const user of data.users) if (await handler(object(user)) === false) return;
      from = data.next;
    }`,
  resolveUsername: "const { data } = await customizedConnection.get('users', { query: { userName: username } }); return data.users[0]?.id ?? null;",
};
