/** Which program of the build the executable is: by its first argument. */
export const CONNECTOR_PROCESS = 'connector-process';

const ROLES = { 'agent/isolation/child/main.js': [CONNECTOR_PROCESS], 'deploy/cli/causeway.js': [] };

/** Arguments that start the program of this path. */
export function roleOf(path) {
  const role = ROLES[path];
  if (role === undefined) throw new Error(`The executable has no program ${path}.`);
  return role;
}
