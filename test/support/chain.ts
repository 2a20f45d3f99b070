import { writeFile } from 'node:fs/promises';
import { startOpenLdap, type OpenLdap, type OpenLdapOptions } from '../targets/openldap.js';
import { startAgent, startController, type Agent, type AgentOptions, type Controller, type ControllerOptions } from './causeway-processes.js';
import { makeWorld, type World } from './causeway-world.js';
import { csvProvisioner, ldapProvisioner } from './provisioners.js';
import type { RestClient } from './rest-client.js';

/** A controller and an agent of their own, joined by the agent's mTLS WebSocket, with the targets of the test behind it. */
export interface Chain {
  readonly world: World;
  readonly controller: Controller;
  readonly agent: Agent;
  readonly rest: RestClient;
  readonly csvFile: string;
  readonly ldap: OpenLdap;
  stop(): Promise<void>;
}

export interface ChainOptions {
  /** An OpenLDAP as system `ldap`. */
  readonly ldap?: OpenLdapOptions & { readonly configurationProperties?: object };
  /** Text of a CSV file as system `csv`. */
  readonly csv?: string;
  readonly controller?: ControllerOptions | ((world: World) => ControllerOptions);
  readonly agent?: AgentOptions;
  /** Text of the agent's policy file. */
  readonly policy?: string;
}

/** Starts it all; every system passes its test when it resolves. */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const csvFile = world.path('people.csv');
    let ldap: OpenLdap | undefined;
    const systems: string[] = [];
    if (options.csv !== undefined) {
      await writeFile(csvFile, options.csv);
      await world.provisioner('csv', csvProvisioner(csvFile, 'site1'));
      systems.push('csv');
    }
    if (options.ldap !== undefined) {
      const { configurationProperties = {}, ...serverOptions } = options.ldap;
      const server = ldap = await startOpenLdap(serverOptions);
      running.push(() => server.stop());
      await world.provisioner('ldap', ldapProvisioner(server, 'site1', configurationProperties));
      systems.push('ldap');
    }
    const controller = await startController(world, typeof options.controller === 'function' ? options.controller(world) : options.controller);
    running.push(() => controller.process.kill());
    if (options.policy !== undefined) await writeFile(world.path('policy.yaml'), options.policy);
    const policy = options.policy === undefined ? {} : { policy: { file: world.path('policy.yaml') } };
    const agent = await startAgent(world, { controller, ...options.agent, config: { ...policy, ...options.agent?.config } });
    running.push(() => agent.process.kill());
    for (const system of systems) await controller.systemReady(system);
    return {
      world, controller, agent, rest: controller.rest, csvFile, stop,
      get ldap() {
        if (ldap === undefined) throw new Error('This chain has no OpenLDAP.');
        return ldap;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
