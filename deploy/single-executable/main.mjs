/** Entry of the executable. Only the program that is asked for is loaded. */
import { CONNECTOR_PROCESS } from './roles.mjs';

const program = process.argv[2] === CONNECTOR_PROCESS ? import('causeway-build:agent/isolation/child/main.js') : import('causeway-build:deploy/cli/causeway.js');
program.catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
