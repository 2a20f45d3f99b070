import { createPublicKey } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type * as authorizationModule from '../../../agent/transport/authorization.js';
import type * as dialModule from '../../../agent/transport/dial.js';
import type * as sessionModule from '../../../agent/session/dialled-session.js';
import type * as infosModule from '../../../agent/operations/built-infos.js';
import type * as certsModule from '../../../certs/index.js';
import type * as certificateModule from '../../../certs/enrolment/certificate-request.js';
import type * as modelModule from '../../../protocol/model/index.js';
import type * as clockModule from '../../../protocol/session/clock.js';
import type { OperationExecutor } from '../../../protocol/session/contract.js';
import type { Built } from '../suite/child.js';

/**
 * Many agents in one process: each has its certificate, its session and its sockets, dialled and kept as an agent does, and
 * publishes the connectors an agent publishes. Behind them is one object that is always there, instead of systems.
 */
export type SimulatedAgentsMethods = Awaited<ReturnType<typeof methods>>;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Dials under way at a time, so that handshakes do not wait for each other. */
const AT_ONCE = 32;
/** As an agent without such settings has them, in milliseconds. */
const BACKOFF = { base: 500, cap: 30_000, long: 600_000 };

export const agentName = (number: number): string => `agent${number}`;

export async function methods(built: Built) {
  const { dial } = await built('agent/transport/dial.js') as typeof dialModule;
  const { certificateOnly } = await built('agent/transport/authorization.js') as typeof authorizationModule;
  const { DialledSession } = await built('agent/session/dialled-session.js') as typeof sessionModule;
  const { readBuiltInfos } = await built('agent/operations/built-infos.js') as typeof infosModule;
  const { openAuthority } = await built('certs/index.js') as typeof certsModule;
  const { makeAgentKey } = await built('certs/enrolment/certificate-request.js') as typeof certificateModule;
  const { Attribute, ConnectorObject, Name, Uid } = await built('protocol/model/index.js') as typeof modelModule;
  const { systemClock } = await built('protocol/session/clock.js') as typeof clockModule;
  const infos = [...(await readBuiltInfos()).values()].flat();
  const found = new ConnectorObject('__ACCOUNT__', [new Uid('amina'), new Name('amina'), ...['cn', 'sn', 'mail', 'title', 'givenName'].map((name) => Attribute.of(name, `${name} of amina`))]);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const sessions: InstanceType<typeof DialledSession>[] = [];
  let served = 0;

  const executor: OperationExecutor = {
    connectorInfos: async () => infos,
    facadeFor: async (connectorKey) => ({
      connectorKey, supportedOperations: new Set<modelModule.ApiOperation>(['GetApiOp', 'SearchApiOp', 'TestApiOp']),
      perform: async ({ kind }: { kind: string }) => {
        served++;
        return kind === 'get' ? found : undefined;
      },
      stream: async function* () { yield found; return undefined; },
    }) as unknown as modelModule.ConnectorFacade,
  };

  function startOne(cert: string, key: string, ca: string, { url, sockets, number }: { readonly url: string; readonly sockets: number; readonly number: number }): void {
    const session = new DialledSession({
      url, plan: { sockets, maxSockets: sockets + 1, connectionTtl: 0, stagger: 250 }, backoff: BACKOFF, retireTimeout: 1_000, limits: {}, hostId: `host-${number}`, executor, clock: systemClock, log: silent,
      dial: (signal) => dial({
        url: new URL(url), tls: { ca: undefined }, identity: async () => ({ cert, key, ca, proven: () => undefined, failed: () => undefined }),
        authorization: certificateOnly, connectTimeout: 60_000, maxFrameBytes: 32 * 1024 ** 2, userAgent: 'bench',
      }, signal),
    });
    sessions.push(session);
    session.run(stop.signal).catch(() => undefined);
  }

  const connected = (least = 1): number => sessions.filter((session) => session.status().serving >= least).length;

  return {
    /** Starts the agents `from` to `to` - 1; resolves when all are connected. Each has a certificate, all of them one key. */
    async start({ authority: directory, url, from, to, sockets }: { readonly authority: string; readonly url: string; readonly from: number; readonly to: number; readonly sockets: number }): Promise<void> {
      const authority = await openAuthority(directory);
      const key = await makeAgentKey();
      const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
      for (let number = from; number < to; number++) {
        startOne(await authority.issueAgentFor(spki, { name: agentName(number) }), key, authority.trust, { url, sockets, number });
        while (sessions.length - connected() >= AT_ONCE) await new Promise((resolve) => { setTimeout(resolve, 5); });
      }
      await this.allConnected({ sockets });
    },

    /** Resolves when each of them has so many sockets. */
    async allConnected({ sockets }: { readonly sockets: number }): Promise<void> {
      while (connected(sockets) < sessions.length) await new Promise((resolve) => { setTimeout(resolve, 20); });
    },

    /** Operations so far. */
    async served(): Promise<number> {
      return served;
    },
  };
}
