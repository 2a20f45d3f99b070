/** The command line of a build, for what is made from its help. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const moduleOf = (root, path) => import(pathToFileURL(join(root, 'dist', path)).href);
const ignore = () => undefined;

export async function programOf(root) {
  if (existsSync(join(root, 'dist/deploy/cli/program.js'))) return (await moduleOf(root, 'deploy/cli/program.js')).causewayProgram(ignore);
  const { Command } = await import('commander');
  const program = new Command('causeway');
  (await moduleOf(root, 'agent/cli/agent-commands.js')).agentCommands(program, ignore);
  (await moduleOf(root, 'controller/cli.js')).controllerCommands(program, ignore);
  return program;
}
