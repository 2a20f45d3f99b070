import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { peopleLdif } from '../../support/people-ldif.js';
import { csvProvisioner, ldapProvisioner } from '../../support/provisioners.js';
import { revocationList } from '../../support/revocation-lists.js';
import { ChaosProxy } from './chaos-proxy.js';
import { ConnectProxy } from './connect-proxy.js';
import { DirectoryTruth, ROUNDS_BASE } from './directory-truth.js';
import { HookedProcess } from './hooked-process.js';
import { smallDisk, type SmallDisk } from './small-disk.js';
import { TargetProxy } from './target-proxy.js';

/** Entries a search has to give, which no round changes. Many enough that faults find it under way. */
export const CROWD = { base: 'ou=crowd,dc=example,dc=com', size: 6_000 };

/** The name agents dial; it exists only where {@link HookedProcess} says so. */
export const GATEWAY_NAME = 'gateway.causeway.test';
/** Where the network listens; the name leads to one of them. */
export const ADDRESSES = ['127.0.0.1', '127.0.0.2'] as const;

const MIB = 1024 ** 2;
/** For a world, or an agent, to be there; on a machine that is busy with other things. */
const START_LIMIT = 120_000;
const SYSTEMS = ['crowd', 'ldap', 'changes', 'copy'] as const;

/** How the agent reaches the controller. */
export type Way = 'direct' | 'proxied';

/** A controller and an agent with a bad network between them, and a directory behind the agent that tells what was done to it. */
export interface FaultWorld {
  readonly world: World;
  readonly controller: Controller;
  readonly agent: Agent;
  /** What the operating system tells the two. */
  readonly hooks: { readonly agent: HookedProcess; readonly controller: HookedProcess };
  /** Between agent and controller. */
  readonly network: ChaosProxy;
  /** In front of the network, for an agent that goes that way. */
  readonly proxy: ConnectProxy;
  /** Between agent and directory. */
  readonly toTarget: TargetProxy;
  readonly ldap: OpenLdap;
  readonly truth: DirectoryTruth;
  /** `agent`: its state directory; `controller`: its data; `targets`: directory and CSV file. */
  readonly disks: { readonly agent: SmallDisk; readonly controller: SmallDisk; readonly targets: SmallDisk };
  readonly stateDirectory: string;
  /** Where the mapping of liveSync writes. */
  readonly copyFile: string;
  /** Which of the {@link ADDRESSES} the controller's name leads to. */
  address: 0 | 1;
  /** Takes the agent there, with a restart when it goes another way now. */
  go(way: Way): Promise<void>;
  /** Makes these certificates of agents (serial numbers) worthless, besides those that are. */
  revoke(serialNumber: string): Promise<void>;
  /** Resolves when every system passes its test and a write is taken again. */
  well(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** The mapping of liveSync: entries that rounds make in the directory are copied into a CSV file. */
const MAPPING = {
  name: 'ldap_copy', source: 'system/changes/account', target: 'system/copy/account', correlation: [{ source: 'uid', target: 'uid' }],
  properties: [{ source: 'uid', target: 'uid' }, { source: 'sn', target: 'lastName' }],
};

function* directory(): Generator<string> {
  yield `dn: ${CROWD.base}\nobjectClass: organizationalUnit\nou: crowd\n\n`;
  yield* peopleLdif(0, CROWD.size, CROWD.base);
}

type Cleanup = (() => Promise<unknown>)[];

/** A disk that may be no disk of its own: then nothing is ever full there. */
const ROOMY: SmallDisk = { isMounted: false, fill: async () => undefined, free: async () => undefined, remove: async () => undefined };

function together(...disks: readonly SmallDisk[]): SmallDisk {
  const all = (act: (disk: SmallDisk) => Promise<void>): Promise<void> => Promise.all(disks.map(act)).then(() => undefined);
  return { isMounted: disks.some(({ isMounted }) => isMounted), fill: () => all((disk) => disk.fill()), free: () => all((disk) => disk.free()), remove: () => all((disk) => disk.remove()) };
}

/** The directory with its log, on a disk of its own where that can be, and the way to it. */
async function startTarget(cleanup: Cleanup): Promise<{ readonly ldap: OpenLdap; readonly truth: DirectoryTruth; readonly toTarget: TargetProxy; readonly disk: SmallDisk }> {
  let disk = ROOMY;
  const ldap = await startOpenLdap({
    modules: ['accesslog', 'sssvlv'], ldif: directory(),
    prepareDatabase: async (path) => { disk = await smallDisk({ directory: path, bytes: 64 * MIB }) ?? ROOMY; },
  });
  cleanup.push(() => ldap.stop(), () => disk.remove());
  const truth = await DirectoryTruth.open(ldap);
  cleanup.push(() => truth.close());
  const toTarget = await TargetProxy.start({ host: ldap.host, port: ldap.port });
  cleanup.push(() => toTarget.stop());
  return { ldap, truth, toTarget, disk };
}

async function writeProvisioners(world: World, target: OpenLdap, copyFile: string): Promise<void> {
  await world.provisioner('crowd', ldapProvisioner(target, 'site1', { baseContexts: [CROWD.base] }, 'crowd'));
  await world.provisioner('ldap', ldapProvisioner(target, 'site1', { baseContexts: [ROUNDS_BASE] }));
  await world.provisioner('changes', ldapProvisioner(target, 'site1', { baseContexts: [ROUNDS_BASE], baseContextsToSynchronize: [ROUNDS_BASE] }, 'changes'));
  await world.provisioner('copy', csvProvisioner(copyFile, 'site1', {}, 'copy'));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
}

export async function startFaultWorld(): Promise<FaultWorld> {
  const world = await makeWorld();
  const cleanup: Cleanup = [world.remove];
  const stop = async (): Promise<void> => {
    for (const end of cleanup.splice(0).reverse()) await end();
  };
  try {
    const { ldap, truth, toTarget, disk } = await startTarget(cleanup);
    const hooks = {
      agent: new HookedProcess(world.path('agent-hooks.json'), { names: { [GATEWAY_NAME]: { address: ADDRESSES[0] } } }),
      controller: new HookedProcess(world.path('controller-hooks.json')),
    };
    const [stateDirectory, copies] = [world.path('site1-state'), world.path('copies')];
    const agentHooks = { of: hooks.agent, process: () => agent.process };
    const disks = {
      agent: await smallDisk({ directory: stateDirectory, bytes: 32 * MIB, hooks: agentHooks }) ?? ROOMY,
      controller: await smallDisk({ directory: world.path('data'), bytes: 192 * MIB, hooks: { of: hooks.controller, process: () => controller.process } }) ?? ROOMY,
      targets: together(disk, await smallDisk({ directory: copies, bytes: 4 * MIB, hooks: agentHooks }) ?? ROOMY),
    };
    cleanup.push(() => together(disks.agent, disks.controller, disks.targets).remove());
    const copyFile = join(copies, 'copy.csv');
    await writeFile(copyFile, 'uid,firstName,lastName,email,badge,password\n');
    await writeProvisioners(world, { ...ldap, port: toTarget.port }, copyFile);
    await writeFile(world.path('agents.crl'), await revocationList(world.path('ca'), []));
    // A peer that falls silent is noticed within seconds, and what it does is kept no longer than the rounds wait.
    const controllerKeys = await world.issueController(CONTROLLER_NAMES);
    const controller = await startController(world, {
      nodeOptions: hooks.controller.nodeOptions,
      config: { session: { heartbeatInterval: '2s' }, gateway: { tls: { ...controllerKeys, clientCertificates: 'required', crl: world.path('agents.crl') } } },
    });
    cleanup.push(() => controller.process.kill());
    const network = await ChaosProxy.start(Number(new URL(controller.gatewayUrl).port), ADDRESSES);
    cleanup.push(() => network.stop());
    const proxy = await ConnectProxy.start(() => ({ host: ADDRESSES[parts.address], port: network.port }));
    cleanup.push(() => proxy.stop());
    const agent = await startAgent(world, {
      controller: { gatewayUrl: `wss://${GATEWAY_NAME}:${network.port}/openicf` }, nodeOptions: hooks.agent.nodeOptions,
      config: { session: { heartbeatInterval: '2s', resendTimeout: '10s' } },
    });
    cleanup.push(() => agent.process.kill());
    const parts = { world, controller, agent, hooks, network, proxy, toTarget, ldap, truth, disks, stateDirectory, copyFile, address: 0 as 0 | 1, stop };
    const whole: FaultWorld = Object.assign(parts, { go: wayChanger(parts), revoke: revoker(world), well: (milliseconds: number) => well(parts, milliseconds) });
    await whole.well(START_LIMIT);
    return whole;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of the controller's certificate. */
export const CONTROLLER_NAMES = { names: [GATEWAY_NAME, 'localhost', '127.0.0.1'] };

function wayChanger({ world, agent, proxy, controller }: Pick<FaultWorld, 'world' | 'agent' | 'proxy' | 'controller'>): FaultWorld['go'] {
  let now: Way = 'direct';
  return async (way) => {
    if (way === now) return;
    const file = world.path('site1.yaml');
    const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...settings, proxy: way === 'proxied' ? { host: '127.0.0.1', port: proxy.port } : undefined }, null, 2));
    await agent.restart();
    now = way;
    await well({ controller }, START_LIMIT);
  };
}

function revoker(world: World): FaultWorld['revoke'] {
  const serials: string[] = [];
  return async (serialNumber) => {
    serials.push(serialNumber);
    await writeFile(world.path('agents.crl'), await revocationList(world.path('ca'), serials));
  };
}

async function well({ controller }: Pick<FaultWorld, 'controller'>, milliseconds: number): Promise<void> {
  for (const system of SYSTEMS) await controller.systemReady(system, milliseconds);
  const { result } = await controller.rest.ok('/openidm/system/crowd/account?_queryFilter=true&_pageSize=1&_fields=_id') as { result: { _id: string }[] };
  const path = `/openidm/system/crowd/account/${result[0]?._id}`;
  let last = '';
  const isTaken = async (): Promise<boolean> => {
    const answer = await controller.rest.send(path, { method: 'PATCH', body: [{ operation: 'replace', field: '/title', value: `well at ${Date.now()}` }] }).catch((error: unknown) => ({ status: 0, body: String(error) }));
    last = JSON.stringify(answer.body);
    return answer.status === 200;
  };
  await controller.process.ready(isTaken, 'a write to be taken', milliseconds).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nlast answer: ${last}`);
  });
}
