/** The variable `connector` of a script: what connector-functions.ts offers, in the form scripts use it. Runs in the sandbox. */
export const CONNECTOR_LIBRARY = String.raw`(function (call, icf) {
'use strict';
const ask = (name) => (...given) => call('connector.' + name, given);

/** Hands the results to the handler one by one, which may answer false to stop; collects them where there is none. */
async function each(opened, handler) {
  const stream = await opened;
  const items = handler === undefined ? [] : undefined;
  let token;
  try {
    for (;;) {
      const { results, end } = await call('connector.next', [stream]);
      for (const item of results) {
        token = item.token;
        if (items !== undefined) items.push(item);
        else if (await handler(item) === false) return { stopped: true };
      }
      // Of changes, the last one's token counts where the end has none.
      if (end !== null) return { ...(token === undefined ? {} : { token }), ...end, ...(items === undefined ? {} : { results: items }) };
    }
  } finally {
    await call('connector.close', [stream]);
  }
}

const connector = {};
for (const name of ['operations', 'test', 'schema', 'get', 'create', 'update', 'addValues', 'removeValues', 'delete', 'authenticate', 'resolveUsername', 'latestSyncToken']) connector[name] = ask(name);
connector.search = async (objectClass, filter, options, handler) => {
  const own = typeof options === 'function' ? options : handler;
  const answer = await each(call('connector.open', ['search', objectClass, filter, own === options ? undefined : options]), own);
  return answer.results === undefined ? answer : Object.assign(answer.results, { end: { ...answer, results: undefined } });
};
connector.sync = async (objectClass, token, options, handler) => {
  const own = typeof options === 'function' ? options : handler;
  return each(call('connector.open', ['sync', objectClass, token, own === options ? undefined : options]), own);
};
return { connector };
})`;
