import { Chart } from './chart.mjs';
import { follow } from './connection.mjs';
import { byId, setText } from './element.mjs';
import { safety } from './safety.mjs';
import { bannerOf, showBanner, showFigures, showHeader } from './sections.mjs';
import { connections, errors, running, systems } from './tables.mjs';
import { timeOf } from './words.mjs';

const LINK_COMMAND = 'causeway agent status --link';

/** What is wrong and what to do, by the reason there is no status. */
const SIGNED_OUT = {
  none: ['Open this page by its link', 'The page shows nothing without a token. On the agent\'s machine, as the agent\'s user, run this and open the link that it prints:'],
  used: ['This link cannot be used any more', 'A link works once, for two minutes. Run this for another one:'],
  unknown: ['The agent does not know this page any more', 'It was started anew, or many other pages were opened since. Run this for a new link:'],
};

const chart = new Chart(byId('chart'), byId('chart-summary'));
/** The last status that came. */
let last;

for (const button of document.querySelectorAll('[data-series]')) {
  button.addEventListener('click', () => {
    for (const each of document.querySelectorAll('[data-series]')) each.setAttribute('aria-pressed', String(each === button));
    chart.series = button.dataset.series;
  });
}

follow((event) => {
  if (event.kind === 'status') show(event.status);
  else if (event.kind === 'unreachable') showUnreachable();
  else showSignedOut(event.reason);
});

function show(status) {
  last = status;
  byId('help').hidden = true;
  byId('content').hidden = false;
  byId('content').classList.remove('old');
  showHeader(status);
  showBanner(bannerOf(status));
  freshness(`Updated ${timeOf(status.time)}`, 'ok');
  showFigures(status);
  chart.show(status.throughput);
  for (const [id, make] of Object.entries({ connections, systems, running, errors })) byId(id).replaceChildren(make(status));
  byId('safety').replaceChildren(...safety(status));
}

/** What was last known stays, and looks like it. */
function showUnreachable() {
  byId('content').classList.add('old');
  if (last === undefined) {
    showBanner({ state: 'bad', headline: 'The agent does not answer', detail: 'It is stopped, or this page was opened at the wrong port.' });
    return help('Is the agent running?', 'On its machine, as its user, this tells:', 'causeway agent status');
  }
  const seen = `What is shown is from ${timeOf(last.time)}.`;
  showBanner(last.stopping ? { state: 'warn', headline: 'The agent has stopped', detail: `It was asked to. ${seen}` } : { state: 'bad', headline: 'The agent does not answer', detail: `It was stopped or killed, or its machine is very busy; this page keeps trying. ${seen}` });
  freshness(`Last heard of ${timeOf(last.time)}`, 'bad');
}

function showSignedOut(reason) {
  byId('content').hidden = true;
  byId('fresh').hidden = true;
  const [title, text] = SIGNED_OUT[reason];
  showBanner({ state: 'waiting', headline: 'Not signed in', detail: 'Only who can read the agent\'s files may see its status.' });
  help(title, text, LINK_COMMAND);
}

function help(title, text, command) {
  byId('help').hidden = false;
  setText(byId('help-title'), title);
  setText(byId('help-text'), text);
  setText(byId('help-command'), command);
}

function freshness(text, state) {
  const fresh = byId('fresh');
  fresh.hidden = false;
  fresh.dataset.state = state;
  setText(fresh, text);
}
