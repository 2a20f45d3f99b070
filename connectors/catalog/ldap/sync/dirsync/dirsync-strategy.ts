import type { SyncDelta, SyncToken } from '../../../../../protocol/model/index.js';
import type { Changes } from '../../../../framework/spi.js';
import { CONTROL } from '../../directory/request.js';
import type { PendingDelta, SyncRun, SyncStrategy } from '../strategy.js';
import { RunningDigest } from '../../../../framework/running-digest.js';
import { DirSyncChanges, type Changed } from './dirsync-changes.js';
import { dirSyncToken, parseDirSyncToken, type Cookies, type Progress } from './dirsync-token.js';

type Reading = AsyncGenerator<SyncDelta, { readonly cookies: Cookies; readonly more: boolean }, void>;

/** Whether the answer is of the same server as before, and begins with the very entries that were dealt with. */
function continues({ count, digest, server }: Progress, changed: readonly Changed[], by: string | undefined): boolean {
  const before = new RunningDigest();
  for (const { name } of changed.slice(0, count)) before.take(name);
  return server === by && before.count === count && before.digest === digest;
}

/**
 * The changes in one answer. The token of the last one is the answer's cookie; those before it say how far they are in it. Where the
 * same server begins its answer the same way the next time, what was dealt with is left out, and what has changed since comes with
 * the cookie of the answer that was broken off. Otherwise the answer is told from its beginning: twice rather than not at all.
 */
async function* oneAnswer(source: DirSyncChanges, context: number, cookies: Cookies, before: Progress | undefined): Reading {
  const answer = await source.answer(context, cookies);
  const server = answer.changed.length === 0 ? undefined : await source.server();
  const resumed = before !== undefined && continues(before, answer.changed, server) ? before : undefined;
  const end = resumed?.end ?? answer.cookie;
  const next = cookies.map((old, index) => (index === context ? end : old));
  const within = (progress: Pick<Progress, 'count' | 'digest'>): SyncToken => dirSyncToken(cookies, server === undefined ? undefined : { ...progress, context, end, server });
  let held: SyncDelta | undefined;
  for await (const { delta, progress } of behind(source, answer.changed, resumed?.count ?? 0)) {
    if (held !== undefined) yield held;
    held = { ...delta, token: within(progress) };
  }
  if (held !== undefined) yield { ...held, token: dirSyncToken(next) };
  return { cookies: next, more: resumed !== undefined || answer.more };
}

/** What the entries of an answer mean, the first `count` of them left out, with how far each is. */
async function* behind(source: DirSyncChanges, changed: readonly Changed[], count: number): AsyncGenerator<{ readonly delta: PendingDelta; readonly progress: Pick<Progress, 'count' | 'digest'> }, void, void> {
  const dealtWith = new RunningDigest();
  for (const one of changed) {
    dealtWith.take(one.name);
    if (dealtWith.count <= count) continue;
    const delta = await source.delta(one);
    if (delta !== undefined) yield { delta, progress: { count: dealtWith.count, digest: dealtWith.digest } };
  }
}

async function latest(run: SyncRun): Promise<SyncToken> {
  const source = await DirSyncChanges.open(run);
  const cookies: Uint8Array[] = [];
  for (const context of source.contexts) cookies.push(await source.latest(context));
  return dirSyncToken(cookies);
}

/**
 * Active Directory by its DirSync control (MS-ADTS 3.1.1.3.4.1.3), whose cookie stands for what all domain controllers have
 * replicated: sync may go on at another one. Deletes, and moves out of the base contexts, are told. A null token means from now on.
 */
export const dirSyncStrategy: SyncStrategy = {
  name: 'DirSync',

  async* changes(run: SyncRun, token: SyncToken | null): Changes {
    if (token === null) return await latest(run);
    const source = await DirSyncChanges.open(run);
    const position = parseDirSyncToken(token.value, source.contexts.length);
    let { cookies, progress } = position;
    for (const context of source.contexts.keys()) {
      for (let more = true; more;) {
        const before = progress?.context === context ? progress : undefined;
        if (before !== undefined) progress = undefined;
        ({ cookies, more } = yield* oneAnswer(source, context, cookies, before));
      }
    }
    return dirSyncToken(cookies);
  },

  latestToken: latest,
};

/** Whether the server offers it. */
export function offersDirSync(controls: ReadonlySet<string>): boolean {
  return controls.has(CONTROL.dirSync);
}
