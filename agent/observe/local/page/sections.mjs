import { byId, element, setText } from './element.mjs';
import { bytes, counted, duration, rate, whenOf, whole } from './words.mjs';

/** What is to be said first of all: how the agent is, and since when. */
export function bannerOf(status) {
  const { controllers, listeners, operations, load, time } = status;
  if (status.stopping) {
    const left = operations.runningCount === 0 ? 'Nothing is under way any more.' : `${counted(operations.runningCount, 'operation')} under way may still finish.`;
    return { state: 'warn', headline: 'Stopping', detail: `New operations are refused. ${left}` };
  }
  const connected = controllers.filter(({ serving }) => serving > 0);
  const away = controllers.filter(({ serving }) => serving === 0);
  if (controllers.length > 0 && connected.length === 0) return disconnected(away, time);
  if (away.length > 0) return { state: 'warn', headline: `Connected to ${connected.length} of ${counted(controllers.length, 'controller')}`, detail: `${away[0].url}: ${away[0].problem || 'connecting'}.` };
  if (load.overloaded !== undefined) return { state: 'warn', headline: 'Busy', detail: `New reads are refused for the moment: ${load.overloaded}.` };
  if (controllers.length === 0) {
    const count = listeners.reduce((sum, { controllers: those }) => sum + those, 0);
    return { state: 'ok', headline: 'Listening', detail: `${counted(count, 'controller')} connected, on port ${listeners.map(({ port }) => port).join(', ')}.` };
  }
  const since = connected.map(({ since: start }) => start).sort()[0];
  return { state: 'ok', headline: 'Connected', detail: `${connected.length === 1 ? connected[0].url : `All ${connected.length} controllers`}, since ${whenOf(since, time)}.` };
}

function disconnected(away, time) {
  const refused = away.find(({ state }) => state === 'refused');
  const { url, problem, since, state } = refused ?? away[0];
  if (state === 'connecting') return { state: 'waiting', headline: 'Connecting', detail: `The agent is dialling ${url}.` };
  const headline = refused === undefined ? 'Not connected' : 'Refused by the controller';
  return { state: 'bad', headline, detail: `${url}: ${problem}. Since ${whenOf(since, time)}; ${refused === undefined ? 'the agent keeps trying.' : 'somebody has to act.'}` };
}

export function showBanner({ state, headline, detail }) {
  const banner = byId('banner');
  if (banner.dataset.state !== state) banner.dataset.state = state;
  setText(byId('headline'), headline);
  setText(byId('detail'), detail);
}

export function showHeader({ agent }) {
  setText(byId('name'), agent.name);
  setText(byId('facts'), `Causeway ${agent.version}, up ${duration(agent.uptimeSeconds * 1000)}, process ${agent.pid}`);
  const title = `${agent.name} · Causeway agent`;
  if (document.title !== title) document.title = title;
}

export function showFigures({ operations, throughput, load }) {
  const failed = throughput.failed.reduce((sum, count) => sum + count, 0);
  const figures = [
    ['Operations a second', rate(throughput.operationsPerSecond)],
    ['Entries a second', rate(throughput.entriesPerSecond)],
    ['Running now', whole(operations.runningCount), load.waiting === 0 ? '' : `${whole(load.waiting)} waiting`],
    ['Failed in 15 minutes', whole(failed), '', failed === 0 ? undefined : 'attention'],
    ['Memory', bytes(load.rss)],
    ['Event-loop lag', duration(load.lagMs)],
  ];
  byId('figures').replaceChildren(...figures.map(([name, value, more = '', kind]) => element('div', { class: kind }, element('dt', {}, name), element('dd', {}, value, more === '' ? undefined : element('small', {}, more)))));
}
