import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.js';
import { CONTROLLER_NAMES, type FaultWorld } from './fault-world.js';
import type { Fault, Struck } from './fault.js';

const DAY_MS = 86_400_000;
const AN_HOUR_AGO = 3_600_000;
/** A controller looks at its files every second, and takes no certificate that has expired: this one expires in its hands. */
const STILL_VALID = 6_000;
const LIMIT = 60_000;
const POLL = 200;

const serialOf = async (file: string): Promise<string> => new X509Certificate(await readFile(file)).serialNumber;

/** Which certificate the gateway presents, by its serial number. */
function presented(world: FaultWorld): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(world.controller.gatewayUrl).port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

async function present(world: FaultWorld, request: Parameters<FaultWorld['world']['issueController']>[0]): Promise<void> {
  const { certificate } = await world.world.issueController({ ...CONTROLLER_NAMES, ...request });
  const serial = await serialOf(certificate);
  await until(async () => await presented(world).catch(() => '') === serial, 'the controller to present the new certificate', LIMIT, POLL);
}

const refusalsOf = ({ controller, agent }: FaultWorld): number =>
  agent.process.logged('The controller cannot be reached').length + controller.process.logged('TLS handshake with an agent failed').length + controller.process.logged(/revoked/i).length;

/** The sockets are cut, and none comes up again. */
function cutAndRefused(world: FaultWorld, heal: () => Promise<void>): Struck {
  const before = refusalsOf(world);
  world.network.cut();
  return {
    meanwhile: async () => {
      await until(() => refusalsOf(world) > before, 'a connection to be refused because of the certificate', LIMIT, POLL);
      return await world.agent.isConnected() ? ['the agent is connected with a certificate that is no good'] : [];
    },
    heal,
  };
}

const ofController = (what: string, request: () => Parameters<typeof present>[1], expires: boolean): Fault => ({
  name: `certificate: of the controller, ${what}`,
  prepare: async (world) => {
    await present(world, request());
    if (!expires) return;
    const { validTo } = new X509Certificate(await readFile(world.world.controllerKeys.certificate));
    await sleep(Math.max(0, Date.parse(validTo) + 1_000 - Date.now()));
  },
  strike: async (world) => cutAndRefused(world, () => present(world, {})),
});

const lifeOf = (milliseconds: number): { from: Date; days: number } => ({ from: new Date(Date.now() - AN_HOUR_AGO), days: (AN_HOUR_AGO + milliseconds) / DAY_MS });

export const CERTIFICATE_FAULTS: readonly Fault[] = [
  ofController('expired', () => lifeOf(STILL_VALID), true),
  ofController('for another name', () => ({ names: ['elsewhere.example'] }), false),
  {
    name: 'certificate: of the agent, expired',
    prepare: async ({ world }) => { await world.agentKeys('site1', lifeOf(-60_000)); },
    strike: async (world) => cutAndRefused(world, async () => { await world.world.agentKeys('site1'); }),
  },
  {
    name: 'certificate: of the agent, revoked',
    strike: async (world) => {
      const before = refusalsOf(world);
      await world.revoke(await serialOf(world.world.path('site1', 'site1.crt')));
      return {
        meanwhile: async () => {
          await until(async () => refusalsOf(world) > before && !await world.agent.isConnected(), 'the sockets of the revoked agent to be closed', LIMIT, POLL);
          return [];
        },
        heal: async () => { await world.world.agentKeys('site1'); },
      };
    },
  },
];
