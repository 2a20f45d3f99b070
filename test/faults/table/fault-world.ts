import { writeFile } from 'node:fs/promises';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { peopleLdif } from '../../support/people-ldif.js';
import { csvProvisioner, ldapProvisioner } from '../../support/provisioners.js';
import { ChaosProxy } from './chaos-proxy.js';
import { DirectoryTruth, ROUNDS_BASE } from './directory-truth.js';

/** Entries a search has to give, which no round changes. */
export const CROWD = { base: 'ou=crowd,dc=example,dc=com', size: 1_200 };

/** A controller and an agent with a bad network between them, and a directory behind the agent that tells what was done to it. */
export interface FaultWorld {
  readonly world: World;
  readonly controller: Controller;
  readonly agent: Agent;
  readonly network: ChaosProxy;
  readonly ldap: OpenLdap;
  readonly truth: DirectoryTruth;
  /** Where the mapping of liveSync writes. */
  readonly copyFile: string;
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

export async function startFaultWorld(): Promise<FaultWorld> {
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const ldap = await startOpenLdap({ modules: ['accesslog', 'sssvlv'], ldif: directory() });
    running.push(() => ldap.stop());
    const truth = await DirectoryTruth.open(ldap);
    running.push(() => truth.close());
    const copyFile = world.path('copy.csv');
    await writeFile(copyFile, 'uid,firstName,lastName,email,badge,password\n');
    await world.provisioner('crowd', ldapProvisioner(ldap, 'site1', { baseContexts: [CROWD.base] }, 'crowd'));
    await world.provisioner('ldap', ldapProvisioner(ldap, 'site1', { baseContexts: [ROUNDS_BASE] }));
    await world.provisioner('changes', ldapProvisioner(ldap, 'site1', { baseContexts: [ROUNDS_BASE], baseContextsToSynchronize: [ROUNDS_BASE] }, 'changes'));
    await world.provisioner('copy', csvProvisioner(copyFile, 'site1', {}, 'copy'));
    await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
    // A peer that falls silent is noticed within seconds, and what it does is kept no longer than the rounds wait.
    const controller = await startController(world, { config: { session: { heartbeatInterval: '2s' } } });
    running.push(() => controller.process.kill());
    const network = await ChaosProxy.start(Number(new URL(controller.gatewayUrl).port));
    running.push(() => network.stop());
    const agent = await startAgent(world, { controller: { gatewayUrl: `wss://localhost:${network.port}/openicf` }, config: { session: { heartbeatInterval: '2s', resendTimeout: '10s' } } });
    running.push(() => agent.process.kill());
    for (const system of ['crowd', 'ldap', 'changes', 'copy']) await controller.systemReady(system);
    return { world, controller, agent, network, ldap, truth, copyFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
