import { mkdir, writeFile } from 'node:fs/promises';
import { startAgent, type Agent, type Controller } from '../support/causeway-processes.js';
import { tableProvisioner } from '../support/provisioners.js';
import { makeFleetWorld } from '../integration/controller/fleet-world.js';
import { startPostgresql } from '../targets/postgresql.js';
import type { DatabaseServer } from '../targets/database-server.js';

export const GROUPS = ['north', 'south'] as const;
export type GroupName = typeof GROUPS[number];
/** Rows of each table that nobody changes: a search for them has one right answer. */
export const FIXED = 300;

export interface FleetRunWorld {
  readonly controllers: readonly Controller[];
  readonly agents: readonly Agent[];
  readonly target: DatabaseServer;
  stop(): Promise<void>;
}

/**
 * Three controllers over NATS and PostgreSQL, two groups of two agents, each group in front of a table of its own. The tables have no
 * unique key, and a trigger notes what was done to them: what was done twice shows.
 */
export async function makeFleetRunWorld(): Promise<FleetRunWorld> {
  const fleet = await makeFleetWorld(['c1', 'c2', 'c3']);
  const { world } = fleet;
  const target = await startPostgresql({ maxConnections: 600 });
  try {
    await target.query('CREATE DATABASE store');
    for (const group of GROUPS) await makeTable(target, group);
    await writeFile(world.path('store-password'), target.password);
    for (const group of GROUPS) await world.provisioner(group, tableProvisioner(target, group, group, ['mark']));
    await fleet.nats.start();
    const store = { url: `postgresql://${target.user}@127.0.0.1:${target.port}/store?sslmode=disable`, password: { file: world.path('store-password') } };
    const controllers: Controller[] = [];
    // One after the other: on a machine with few processors, three starts at once take longer.
    for (const node of ['c1', 'c2', 'c3']) {
      await mkdir(world.path(node), { recursive: true });
      controllers.push(await fleet.controller(node, [], { store, log: { level: 'warn' } }));
    }
    const agents: Agent[] = [];
    for (const [index, name] of ['north1', 'south1', 'north2', 'south2'].entries()) {
      const group = GROUPS[index % 2] as GroupName;
      // Each dials two of the three, so that every controller has agents of others.
      const dials = [index, index + 1].map((each) => ({ url: (controllers[each % 3] as Controller).gatewayUrl }));
      agents.push(await startAgent(world, { name, keys: await world.agentKeys(name, { group }), config: { controllers: dials, connectors: { enabled: ['database-table'] }, log: { level: 'warn' } } }));
    }
    for (const controller of controllers) for (const group of GROUPS) await controller.systemReady(group, 60_000);
    return {
      controllers, agents, target,
      stop: async () => {
        await Promise.all(agents.map((agent) => agent.kill().catch(() => undefined)));
        await fleet.stop();
        await target.stop();
      },
    };
  } catch (error) {
    await fleet.stop();
    await target.stop();
    throw error;
  }
}

async function makeTable(target: DatabaseServer, group: GroupName): Promise<void> {
  await target.query(`
CREATE TABLE ${group} (serial bigserial, uid text NOT NULL, mark text);
CREATE INDEX ON ${group} (uid);
INSERT INTO ${group} (uid, mark) SELECT 'fixed-' || n, 'mark-' || n FROM generate_series(1, ${FIXED}) n;
CREATE TABLE ${group}_done (number bigserial, what text, uid text, mark text);
CREATE FUNCTION ${group}_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN INSERT INTO ${group}_done (what, uid, mark) VALUES ('DELETE', OLD.uid, OLD.serial::text);
  ELSE INSERT INTO ${group}_done (what, uid, mark) VALUES (TG_OP, NEW.uid, NEW.mark);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON ${group} FOR EACH ROW EXECUTE FUNCTION ${group}_note()`);
}
