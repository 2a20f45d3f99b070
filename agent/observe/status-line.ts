import type { AgentStatus } from '../agent.js';

type Facts = Pick<AgentStatus, 'stopping' | 'controllers' | 'listeners'>;

/** How the agent does, in one line for a person who asks the service manager. */
export function statusLine({ stopping, controllers, listeners }: Facts): string {
  const operations = [...controllers, ...listeners].reduce((sum, { executing }) => sum + executing, 0);
  const work = `${operations} ${operations === 1 ? 'operation' : 'operations'} under way`;
  if (stopping) return `Stopping: ${work}, new ones are refused`;
  const connected = controllers.filter(({ serving }) => serving > 0).length;
  const parts = [
    ...(controllers.length === 0 ? [] : [`connected to ${connected} of ${controllers.length} ${controllers.length === 1 ? 'controller' : 'controllers'}`]),
    ...(listeners.length === 0 ? [] : [`listening on ${listeners.map(({ port }) => port).join(', ')}`]),
    work,
  ];
  const line = parts.join(', ');
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1)}`;
}
