import { element, mark } from './element.mjs';
import { ago, bytes, counted, dayOf, whenOf, whole } from './words.mjs';

const SOON_DAYS = 14;

/** What keeps the agent safe and well, a card each. */
export function safety(status) {
  return [certificates(status), policy(status), audit(status), journal(status), load(status), ...processes(status)];
}

function card(title, state, words, facts) {
  return element('section', { class: 'card small' }, element('h3', {}, title), element('p', {}, mark(state, words)),
    element('dl', {}, ...facts.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))));
}

function certificates({ identity, certificates: fromFiles, time }) {
  const all = [...(identity === undefined ? [] : [identity]), ...fromFiles];
  if (all.length === 0) return card('Certificate', 'idle', 'None of its own', []);
  const soonest = Math.min(...all.map(({ daysLeft }) => daysLeft));
  const state = soonest < 0 ? 'bad' : soonest < SOON_DAYS ? 'warn' : 'ok';
  const words = soonest < 0 ? 'Expired' : `${counted(Math.floor(soonest), 'day')} left`;
  const renewals = { none: '', asking: 'being renewed', issued: 'new one waits for a controller', failing: 'cannot be renewed' };
  return card('Certificate', state, words, [
    ...all.flatMap(({ subject, notAfter, setting }) => [[setting ?? 'Subject', subject], ['Valid until', dayOf(notAfter)]]),
    ...(identity === undefined ? [] : [['Renewal', renewals[identity.renewal.state] || `due ${dayOf(identity.renewal.due)}`], ['Problem', identity.renewal.problem], ['Trust checked', identity.trust.checked && ago(identity.trust.checked, time)]]),
  ]);
}

function policy({ policy: { file, digest, readOnly, rules, since, problem, brakes }, time }) {
  const tripped = brakes.filter(({ tripped: at }) => at !== undefined);
  if (file === undefined) return card('Policy', 'idle', 'None: controllers may do everything but run scripts', []);
  const [state, words] = problem !== '' ? ['bad', 'The file has a mistake; the one before applies'] : tripped.length > 0 ? ['bad', `${counted(tripped.length, 'brake')} tripped`] : ['ok', readOnly ? 'Applies: read only' : `Applies: ${counted(rules, 'rule')}`];
  return card('Policy', state, words, [
    ['Version', element('code', { title: digest }, (digest ?? '').slice(0, 12))], ['Since', whenOf(since, time)], ['Problem', problem],
    ...brakes.map(({ brake, system, count, limit, tripped: at }) => [`Brake ${brake}`, element('span', {}, `${whole(count)} of ${whole(limit)}${at === undefined ? '' : `, tripped ${ago(at, time)}`}`, element('meter', { min: 0, max: Math.max(1, limit), value: Math.min(count, limit), 'aria-label': `Brake ${brake} of ${system}` }))]),
  ]);
}

function audit({ audit: { enabled, writable, problem, sequence, waiting, lost, shipping } }) {
  if (!enabled) return card('Audit log', 'idle', 'Switched off', []);
  const stuck = shipping.filter(({ connected }) => !connected);
  const [state, words] = !writable ? ['bad', 'Cannot be written'] : stuck.length > 0 ? ['warn', 'Written, not shipped everywhere'] : ['ok', 'Being written'];
  return card('Audit log', state, words, [
    ['Lines', whole(sequence)], ['Problem', problem], ['Waiting', waiting === 0 ? '' : whole(waiting)], ['Lost', lost === 0 ? '' : whole(lost)],
    ...shipping.map(({ name, connected, behind, problem: why }) => [`To ${name}`, connected ? (behind === 0 ? 'up to date' : `${bytes(behind)} behind`) : why]),
  ]);
}

function journal({ journal: { bytes: size, underWay, unresolved, failing } }) {
  const [state, words] = failing ? ['bad', 'Cannot be written: writes are refused'] : unresolved > 0 ? ['warn', `${counted(unresolved, 'write')} of an earlier run with unknown outcome`] : ['ok', 'Every write is noted'];
  return card('Journal of writes', state, words, [['On disk', bytes(size)], ['Under way', whole(underWay)]]);
}

function load({ load: { overloaded, waiting, refused }, facades }) {
  return card('Load', overloaded === undefined ? 'ok' : 'warn', overloaded ?? 'Room for more', [
    ['Waiting', whole(waiting)], ['Refused as busy', whole(refused)], ['Configurations', `${whole(facades)} open`],
  ]);
}

function processes({ isolation, time }) {
  if (isolation === undefined) return [];
  const running = isolation.filter(({ pid }) => pid !== undefined).length;
  return [card('Connector processes', 'ok', `${running} running`, isolation.map(({ connector, pid, memory, restarts, lastEnd }) => [
    connector, `${pid === undefined ? 'not running' : `process ${pid}`}${memory === undefined ? '' : `, ${bytes(memory)}`}${restarts === 0 ? '' : `, ended unasked ${restarts} times`}${lastEnd === undefined ? '' : `, last ${ago(lastEnd.at, time)}: ${lastEnd.why}`}`,
  ]))];
}
