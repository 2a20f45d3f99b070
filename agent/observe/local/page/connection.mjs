const STORED = 'causeway-status-token';
const EVERY_MS = 2000;
const HIDDEN_EVERY_MS = 15_000;
const LATE_MS = 5000;

/**
 * Asks for the status again and again, one request at a time, and tells what came:
 * `status` with the document; `signedOut` with the reason `none`, `used` (the link) or `unknown` (the token); `unreachable`.
 * @param {(event: { kind: 'status', status: object } | { kind: 'signedOut', reason: string } | { kind: 'unreachable' }) => void} tell
 */
export function follow(tell) {
  let timer = 0;
  let token = sessionStorage.getItem(STORED) ?? undefined;

  const look = async () => {
    clearTimeout(timer);
    const link = takeLink();
    if (link !== undefined) {
      const exchanged = await exchange(link);
      if (exchanged === 'unreachable') tell({ kind: 'unreachable' });
      else if (exchanged === undefined && token === undefined) return tell({ kind: 'signedOut', reason: 'used' });
      else if (exchanged !== undefined) keep(token = exchanged);
    }
    if (token === undefined) return tell({ kind: 'signedOut', reason: 'none' });
    const answer = await ask('/status', 'GET', token);
    if (answer?.status === 401) {
      forget();
      token = undefined;
      return tell({ kind: 'signedOut', reason: 'unknown' });
    }
    tell(answer?.ok === true ? { kind: 'status', status: await answer.json() } : { kind: 'unreachable' });
    timer = setTimeout(run, document.hidden ? HIDDEN_EVERY_MS : EVERY_MS);
  };
  let running = Promise.resolve();
  const run = () => { running = running.then(look).catch(() => { tell({ kind: 'unreachable' }); timer = setTimeout(run, EVERY_MS); }); };
  addEventListener('hashchange', () => { if (location.hash.startsWith('#token=')) run(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && token !== undefined) run(); });
  run();
}

/** The token of a link leaves the address at once, and with it the browser's history. */
function takeLink() {
  const mark = '#token=';
  if (!location.hash.startsWith(mark)) return undefined;
  const link = location.hash.slice(mark.length);
  history.replaceState(null, '', location.pathname);
  return link;
}

async function exchange(link) {
  const answer = await ask('/session', 'POST', link);
  if (answer === undefined) return 'unreachable';
  return answer.ok ? (await answer.json()).token : undefined;
}

/** Undefined: no answer. */
function ask(path, method, token) {
  return fetch(path, { method, headers: { Authorization: `Bearer ${token}` }, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(LATE_MS) }).catch(() => undefined);
}

const keep = (token) => { sessionStorage.setItem(STORED, token); };
const forget = () => { sessionStorage.removeItem(STORED); };
