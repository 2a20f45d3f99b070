import { element, mark } from './element.mjs';
import { ago, counted, duration, meaningOf, whenOf, whole } from './words.mjs';

/**
 * A table, or a sentence where it would be empty. Each cell knows its column's name, which is shown where there is no room
 * for columns; the roles keep it a table for those who do not see it.
 */
function table(label, columns, rows, empty) {
  if (rows.length === 0) return element('p', { class: 'empty' }, empty);
  const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...columns.map((column) => element('th', { role: 'columnheader', scope: 'col', class: column.kind }, column.name))));
  const line = (cells) => element('tr', { role: 'row' }, ...cells.map((cell, index) => {
    const attributes = { 'data-label': columns[index].name, class: columns[index].kind };
    const content = element('span', { class: 'value' }, ...(Array.isArray(cell) ? cell : [cell]));
    return index === 0 ? element('th', { role: 'rowheader', scope: 'row', ...attributes }, content) : element('td', { role: 'cell', ...attributes }, content);
  }));
  return element('table', { role: 'table', 'aria-label': label }, head, element('tbody', { role: 'rowgroup' }, ...rows.map(line)));
}

const small = (text) => (text === undefined || text === '' ? undefined : element('small', {}, text));
const none = '–';

export function connections({ controllers, listeners, relays, time }) {
  const states = { connected: ['ok', 'connected'], connecting: ['idle', 'connecting'], waiting: ['bad', 'not connected'], refused: ['bad', 'refused'] };
  const dialled = controllers.map(({ url, state, since, serving, lines, executing, problem, lastFailure }) => [
    url, mark(...states[state]), whenOf(since, time), `${serving} of ${lines}`, whole(executing),
    problem === '' ? (lastFailure === undefined ? none : [`${lastFailure.problem}`, small(`${ago(lastFailure.time, time)}, over`)]) : problem,
  ]);
  const accepted = listeners.map(({ port, controllers: count, executing }) => [`port ${port}`, mark(count > 0 ? 'ok' : 'idle', count > 0 ? 'in use' : 'open'), none, counted(count, 'controller'), whole(executing), none]);
  const behind = relays.map(({ name, url, serving, lines, problem, connectors }) => [
    [`relay ${name}`, small(url)], mark(serving > 0 ? 'ok' : 'bad', serving > 0 ? 'connected' : 'not connected'), none, `${serving} of ${lines}`, connectors === undefined ? none : counted(connectors, 'connector'), problem === '' ? none : problem,
  ]);
  const columns = [{ name: 'To' }, { name: 'State', kind: 'tight' }, { name: 'Since', kind: 'tight' }, { name: 'Sockets', kind: 'tight' }, { name: 'At work' }, { name: 'Last failure' }];
  return table('Connections', columns, [...dialled, ...accepted, ...behind], 'No controller and no listener is configured.');
}

export function systems({ systems: all, time }) {
  const states = { ok: ['ok', 'well'], failing: ['bad', 'failing'], unknown: ['idle', 'not known'] };
  const columns = [{ name: 'System' }, { name: 'State' }, { name: 'Last operation' }, { name: 'Operations', kind: 'number' }, { name: 'Failed', kind: 'number' }, { name: 'Entries', kind: 'number' }, { name: 'Last trouble' }];
  const rows = all.map(({ connector, connectorVersion, targets, relay, state, running, operations, failed, entries, lastOperation, lastTrouble }) => [
    [element('b', {}, connector), small(targets.length > 0 ? targets.join(', ') : relay === undefined ? connectorVersion : `by relay ${relay}`)],
    mark(...states[state]),
    lastOperation === undefined ? (running > 0 ? 'first one running' : none) : [`${lastOperation.operation}, ${ago(lastOperation.time, time)}`, small(`${{ ok: 'done', failed: 'failed', left: 'left by its caller' }[lastOperation.outcome]} in ${duration(lastOperation.durationMs)}`)],
    whole(operations), whole(failed), whole(entries),
    lastTrouble === undefined ? none : [meaningOf(lastTrouble.error), small(`${lastTrouble.operation}, ${ago(lastTrouble.time, time)}`)],
  ]);
  return table('Systems', columns, rows, 'No controller has used a system since the agent started.');
}

export function running({ operations: { running: all, runningCount } }) {
  const columns = [{ name: 'Operation' }, { name: 'System' }, { name: 'Object class' }, { name: 'For', kind: 'tight' }, { name: 'Entries so far', kind: 'number' }, { name: 'Asked by' }];
  const rows = all.map(({ operation, connector, targets, objectClass, runningMs, entries, principal, operationId }) => [
    [element('b', {}, operation), small(operationId)], [connector, small(targets.join(', '))], objectClass ?? none, duration(runningMs), whole(entries), principal,
  ]);
  const made = table('Running operations', columns, rows, 'Nothing is running.');
  return rows.length === runningCount ? made : element('div', {}, made, element('p', { class: 'empty' }, `And ${whole(runningCount - rows.length)} more.`));
}

export function errors({ operations: { recentErrors }, time }) {
  const columns = [{ name: 'When', kind: 'tight' }, { name: 'What' }, { name: 'Operation' }, { name: 'System' }, { name: 'Object class' }, { name: 'After', kind: 'tight' }, { name: 'Operation id' }];
  const rows = recentErrors.map(({ time: when, operation, connector, targets, objectClass, operationId, error, trouble, durationMs }) => [
    [whenOf(when, time), small(ago(when, time))], [mark(trouble ? 'bad' : 'idle', meaningOf(error)), small(error)], operation, [connector, small(targets.join(', '))], objectClass ?? none, duration(durationMs),
    operationId === undefined ? none : element('code', {}, operationId),
  ]);
  return table('Recent errors', columns, rows, 'No operation has failed since the agent started.');
}
