import { z } from 'zod';
import { duration, size } from './setting-types.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Less than this, and Node itself with a connector loaded would not fit. */
const LEAST_MEMORY = 128 * MIB;

const flag = (what: string) => z.boolean().describe(`true or false: ${what}`);
const variable = () => z.string().regex(/^[A-Za-z_]\w*$/).describe('the name of an environment variable');
const budgets = () => ({
  memory: size(LEAST_MEMORY, 1024 * GIB),
  hangTime: duration(),
  cancelGrace: duration(),
  perSystem: flag('a process for each configuration'),
  environment: z.array(variable()).max(64).describe('a list of environment variables the process gets'),
});

function ofOneConnector() {
  const { memory, hangTime, cancelGrace, perSystem, environment } = budgets();
  return z.strictObject({
    memory: memory.optional(), hangTime: hangTime.optional(), cancelGrace: cancelGrace.optional(), perSystem: perSystem.optional(), environment: environment.optional(),
  });
}

/** Connectors that run in processes of their own, and what each of these may use; see agent/isolation. */
export function isolationSettings() {
  const { memory, hangTime, cancelGrace, perSystem, environment } = budgets();
  return z.strictObject({
    all: flag('every connector has a process of its own').default(false),
    connectors: z.record(z.string(), ofOneConnector()).describe('a mapping of connector ids to budgets').default({}),
    memory: memory.default(512 * MIB),
    hangTime: hangTime.default(15_000),
    cancelGrace: cancelGrace.default(30_000),
    perSystem: perSystem.default(false),
    environment: environment.default([]),
  }).refine(({ all, connectors }) => all || Object.keys(connectors).length > 0, { message: 'name connectors under connectors, or say all: true' });
}

export type IsolationConfig = z.infer<ReturnType<typeof isolationSettings>>;
