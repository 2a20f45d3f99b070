import { CURSOR_LIBRARY } from '../../engines/scripted/cursors.js';

/**
 * Makes `connection` inside the sandbox, with the names of Groovy's Sql. A statement is a text with `?` and a list of parameters, or the
 * tag of a template, whose values are bound.
 */
export const SQL_LIBRARY = String.raw`(call, icf) => {
${CURSOR_LIBRARY}
function split(given) {
  const [first, ...rest] = given;
  if (Array.isArray(first) && Array.isArray(first.raw)) return { statement: { parts: [...first], parameters: rest }, rest: [] };
  const hasList = Array.isArray(rest[0]);
  return { statement: { text: first, parameters: hasList ? rest[0] : [] }, rest: hasList ? rest.slice(1) : rest };
}
const stream = (...given) => cursor(call('connection.open', [split(given).statement]), 'connection');
const execute = (...given) => call('connection.execute', [split(given).statement]);
const connection = {
  stream, execute,
  rows: (...given) => collected(stream(...given)),
  firstRow: async (...given) => {
    for await (const row of stream(...given)) return row;
    return null;
  },
  eachRow: async (...given) => {
    const { statement, rest } = split(given);
    const each = rest[0];
    for await (const row of cursor(call('connection.open', [statement]), 'connection')) if (await each(row) === false) return;
  },
  executeUpdate: async (...given) => (await execute(...given)).rowCount,
  executeInsert: async (...given) => {
    const { statement, rest } = split(given);
    return (await call('connection.insert', [statement, rest[0] ?? []])).generatedKeys;
  },
  batch: (text, lists) => call('connection.batch', [lists.map((parameters) => ({ text, parameters }))]),
  begin: () => call('connection.begin', []), commit: () => call('connection.commit', []), rollback: () => call('connection.rollback', []),
  withTransaction: async (work) => {
    await connection.begin();
    try {
      const answer = await work(connection);
      await connection.commit();
      return answer;
    } catch (error) {
      // The first failure counts; a connection that is lost has rolled back by itself.
      await connection.rollback().catch(() => undefined);
      throw error;
    }
  },
  as: (username, password) => call('connection.as', [username, password]),
};
return { connection };
}`;
