import { mkdir, writeFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { startController, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { csvProvisioner } from '../support/provisioners.js';

/** What an installed agent is tried with: a controller, and a configuration that uses what packaging breaks first. */
export interface InstalledWorld {
  readonly world: World;
  readonly controller: Controller;
  /** `agent.yaml`: a CSV file as system `csv`, its connector in a process of its own, and a policy that lets scripts run. */
  readonly agentConfig: string;
  /** Reads, writes, and runs a script, by the agent that is running. `uid` must be new each time. */
  exercise(uid: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeInstalledWorld(): Promise<InstalledWorld> {
  const world = await makeWorld();
  await mkdir(world.path('hr'));
  const csvFile = world.path('hr', 'people.csv');
  await writeFile(csvFile, 'uid,firstName,lastName,email,badge,password\nada,Ada,Lovelace,ada@example.com,1,\n');
  const scripts = [{ scriptId: 'count', actions: [{ systemType: '.*', actionType: 'javascript', actionSource: 'return (await connector.search(icf.ACCOUNT)).length + Number(more)' }] }];
  await world.provisioner('csv', { ...csvProvisioner(csvFile, 'site1'), systemActions: scripts });
  await writeFile(world.path('policy.yaml'), 'version: 1\ndefault: allow\nscripts: {any: true}\n');
  const controller = await startController(world);
  const agentConfig = world.path('agent.yaml');
  await writeFile(agentConfig, JSON.stringify({
    agent: { name: 'site1', stateDirectory: world.path('state'), shutdownGrace: '5s' }, tls: await world.agentKeys('site1'),
    controllers: [{ url: controller.gatewayUrl }], session: { backoffBase: '100ms', backoffCap: '1s' },
    policy: { file: world.path('policy.yaml') }, isolation: { connectors: { csv: {} } },
  }));
  const { rest } = controller;
  return {
    world, controller, agentConfig,
    exercise: async (uid) => {
      await controller.systemReady('csv');
      await rest.post('/openidm/system/csv/account?_action=create', { uid, firstName: 'New', lastName: 'Comer', email: `${uid}@example.com` });
      const { result } = await rest.ok('/openidm/system/csv/account?_queryFilter=true&_fields=uid') as { result: { uid: string }[] };
      expect(result.map((row) => row.uid)).toContain(uid);
      const answer = await rest.post('/openidm/system/csv?_action=script&scriptId=count&more=1000');
      expect(answer).toMatchObject({ actions: [{ result: result.length + 1000 }] });
    },
    remove: async () => {
      await controller.kill();
      await world.remove();
    },
  };
}
