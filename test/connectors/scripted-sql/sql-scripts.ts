/** Fresh tables of people and their groups, and a script for each operation on them. */
export const tables = (bytes = 'bytea'): readonly string[] => [
  ...['groups', 'people', 'changes'].map((table) => `drop table if exists ${table}`),
  `create table people (id serial primary key, uid varchar(64) unique not null, mail varchar(200), age bigint, active boolean default true, password varchar(64), photo ${bytes}, changed bigint default 0)`,
  'create table groups (person varchar(64) not null, name varchar(64) not null)',
  'create table changes (token serial primary key, uid varchar(64) not null, gone boolean not null)',
];

export const SCRIPTS: Readonly<Record<string, string>> = {
  test: 'await connection.firstRow("select 1 from people where 1 = 0");',
  schema: `return { objectClasses: [{ type: icf.ACCOUNT, attributes: {
    __NAME__: { required: true }, __PASSWORD__: { type: 'GuardedString', notReadable: true }, mail: 'String', age: 'Long', active: 'Boolean', groups: { multivalued: true },
  } }] };`,
  create: `
    const { mail, age, active, groups, __PASSWORD__: password } = attributes;
    return connection.withTransaction(async () => {
      await connection.execute('insert into people (uid, mail, age, active, password) values (?, ?, ?, ?, ?)', [id, mail?.[0], age?.[0], active?.[0] ?? true, password?.[0]]);
      await connection.batch('insert into groups (person, name) values (?, ?)', (groups ?? []).map((name) => [id, name]));
      await connection.execute('insert into changes (uid, gone) values (?, false)', [id]);
      return id;
    });`,
  update: `
    return connection.withTransaction(async () => {
      const row = await connection.firstRow\`select uid from people where uid = \${uid}\`;
      if (row === null) throw icf.error('unknownUid', 'There is no ' + uid + '.');
      for (const name of ['mail', 'age', 'active']) {
        if (name in attributes) await connection.execute('update people set ' + name + ' = ? where uid = ?', [attributes[name]?.[0] ?? null, uid]);
      }
      if ('__PASSWORD__' in attributes) await connection.execute('update people set password = ? where uid = ?', [attributes.__PASSWORD__[0], uid]);
      if ('groups' in attributes) {
        await connection.execute('delete from groups where person = ?', [uid]);
        await connection.batch('insert into groups (person, name) values (?, ?)', (attributes.groups ?? []).map((name) => [uid, name]));
      }
      if (id !== null && id !== uid) {
        await connection.execute('update people set uid = ? where uid = ?', [id, uid]);
        await connection.execute('update groups set person = ? where person = ?', [id, uid]);
      }
      await connection.execute('insert into changes (uid, gone) values (?, false)', [id ?? uid]);
      return id ?? uid;
    });`,
  delete: `
    await connection.withTransaction(async () => {
      if (await connection.executeUpdate('delete from people where uid = ?', [uid]) === 0) throw icf.error('unknownUid', 'There is no ' + uid + '.');
      await connection.execute('delete from groups where person = ?', [uid]);
      await connection.execute('insert into changes (uid, gone) values (?, true)', [uid]);
    });`,
  search: `
    const wanted = filter?.equals?.[0] === '__UID__' || filter?.equals?.[0] === '__NAME__' ? filter.equals[1] : null;
    const sql = 'select uid, mail, age, active from people' + (wanted === null ? '' : ' where uid = ?') + ' order by uid';
    await connection.eachRow(sql, wanted === null ? [] : [wanted], async ({ uid, ...attributes }) => {
      const groups = await connection.rows('select name from groups where person = ? order by name', [uid]);
      return handler({ uid, name: uid, attributes: { ...attributes, groups: groups.map(({ name }) => name) } });
    });`,
  sync: `
    if (operation === 'GET_LATEST_SYNC_TOKEN') return (await connection.firstRow('select max(token) as token from changes'))?.token ?? 0;
    const { rows } = connection;
    for (const { token: at, uid, gone } of await rows('select token, uid, gone from changes where token > ? order by token', [token ?? 0])) {
      const person = gone ? null : await connection.firstRow('select mail from people where uid = ?', [uid]);
      await handler(person === null ? { kind: 'DELETE', token: at, uid } : { token: at, uid, object: { name: uid, attributes: person } });
    }`,
  authenticate: `
    const row = await connection.firstRow('select uid from people where uid = ? and password = ?', [username, password]);
    if (row === null) throw icf.error('invalidCredential', 'The user name or the password is wrong.');
    return row.uid;`,
  resolveUsername: `return (await connection.firstRow('select uid from people where uid = ?', [username]))?.uid ?? null;`,
  scriptOnResource: 'return (await connection.rows(scriptText)).length;',
};
