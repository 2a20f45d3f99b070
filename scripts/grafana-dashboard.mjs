/** The dashboard as Grafana imports it (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/). */

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;
const A = 'instance=~"$agent"';
const C = 'instance=~"$controller"';

const targets = (queries) => Object.entries(queries).map(([legendFormat, expr], index) => ({ refId: String.fromCharCode(65 + index), datasource: DATASOURCE, editorMode: 'code', expr, legendFormat, range: true }));
const panel = (type, title, description, w, h, queries, { unit = 'short', ...more } = {}) => ({
  type, title, description, datasource: DATASOURCE, gridPos: { w, h }, targets: targets(queries),
  fieldConfig: { defaults: { unit, ...more.defaults }, overrides: [] }, options: more.options ?? {},
});

/** Steps: [value from which on, colour]; the first counts from the lowest. */
const thresholds = (...steps) => ({ mode: 'absolute', steps: steps.map(([value, color], index) => ({ value: index === 0 ? null : value, color })) });
const stat = (title, description, expr, { unit, steps = [[0, 'blue']], legend = '', w = 4 } = {}) => panel('stat', title, description, w, 4, { [legend]: expr }, {
  unit, defaults: { thresholds: thresholds(...steps), noValue: '–' },
  options: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'background', graphMode: 'area', justifyMode: 'auto', textMode: 'auto' },
});
const lines = (title, description, queries, { unit, w = 12, h = 8, stack = false, max } = {}) => panel('timeseries', title, description, w, h, queries, {
  unit, defaults: { ...(max === undefined ? {} : { max }), min: 0, custom: { drawStyle: 'line', lineWidth: 1, fillOpacity: stack ? 40 : 10, showPoints: 'never', stacking: { mode: stack ? 'normal' : 'none', group: 'A' } } },
  options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
});
const heatmap = (title, description, expr) => {
  const made = panel('heatmap', title, description, 12, 8, { '{{le}}': expr }, {
    unit: 's', options: { calculate: false, yAxis: { unit: 's' }, color: { mode: 'scheme', scheme: 'Spectral', steps: 64 }, cellGap: 1, tooltip: { mode: 'single', yHistogram: false }, legend: { show: true } },
  });
  return { ...made, targets: made.targets.map((target) => ({ ...target, format: 'heatmap' })) };
};

const OK = [[0, 'red'], [1, 'green']];
const NONE_IS_GOOD = [[0, 'green'], [1, 'red']];
const DAYS = [[0, 'red'], [3, 'orange'], [7, 'green']];
const share = (part, whole) => `${part} / clamp_min(${whole}, 1e-9)`;
const quantile = (q, metric, by, where) => `histogram_quantile(${q}, sum by (${by}, le) (rate(${metric}_bucket{${where}}[$__rate_interval])))`;

const ROWS = {
  Overview: [
    stat('Agents ready', 'Agents that a controller can use; red when one of those chosen cannot be used.', `min(causeway_agent_ready{${A}})`, { steps: OK }),
    stat('Operations per second', 'That ended, at the agents chosen.', `sum(rate(causeway_agent_operations_total{${A}}[$__rate_interval]))`, { unit: 'ops' }),
    stat('Failing', 'Share of operations that failed, the five minutes past.', share(`sum(rate(causeway_agent_operations_total{${A}, outcome="failed"}[5m]))`, `sum(rate(causeway_agent_operations_total{${A}}[5m]))`), { unit: 'percentunit', steps: [[0, 'green'], [0.02, 'orange'], [0.1, 'red']] }),
    stat('Objects per second', 'Handed on by searches and syncs.', `sum(rate(causeway_agent_entries_returned_total{${A}}[$__rate_interval]))`),
    stat('Certificate days left', 'Of the one that runs out first.', `min(causeway_agent_certificate_expiry_timestamp_seconds{${A}} - time()) / 86400`, { steps: DAYS }),
    stat('Brakes engaged', 'Systems on which changes are refused because there were too many.', `sum(causeway_agent_policy_brake_engaged{${A}}) or vector(0)`, { steps: NONE_IS_GOOD }),
  ],
  Operations: [
    lines('Operations by how they ended', 'left: the requester cancelled or went away.', { '{{connector}} {{operation}} {{outcome}}': `sum by (connector, operation, outcome) (rate(causeway_agent_operations_total{${A}, connector=~"$connector"}[$__rate_interval]))` }, { unit: 'ops', stack: true }),
    lines('Failures by kind', 'The kinds are those of docs/errors.md.', { '{{connector}} {{error}}': `sum by (connector, error) (rate(causeway_agent_operations_total{${A}, connector=~"$connector", outcome="failed"}[$__rate_interval]))` }, { unit: 'ops', stack: true }),
    heatmap('Latency', 'From the arrival of an operation to its end, all operations chosen.', `sum by (le) (increase(causeway_agent_operation_duration_seconds_bucket{${A}, connector=~"$connector"}[$__rate_interval]))`),
    lines('Latency, 95th of a hundred', 'By connector and operation.', { '{{connector}} {{operation}}': quantile(0.95, 'causeway_agent_operation_duration_seconds', 'connector, operation', `${A}, connector=~"$connector"`) }, { unit: 's' }),
    lines('Places and queue', 'Operations at work, those that wait, and how many places there are.', { 'taken {{instance}}': `causeway_agent_places_taken{${A}}`, 'waiting {{instance}}': `causeway_agent_operations_waiting{${A}}`, 'limit {{instance}}': `causeway_agent_places_limit{${A}}` }, { w: 8 }),
    lines('Refused', 'As busy, and by policy.', { 'busy {{instance}}': `rate(causeway_agent_operations_refused_total{${A}}[$__rate_interval])`, 'policy {{connector}} {{operation}}': `sum by (connector, operation) (rate(causeway_agent_policy_refusals_total{${A}}[$__rate_interval]))` }, { unit: 'ops', w: 8 }),
    lines('Sessions with targets', 'By connector.', { '{{connector}} {{state}}': `sum by (connector, state) (causeway_agent_pool_sessions{${A}})`, '{{connector}} waited for': `sum by (connector) (causeway_agent_pool_waiting{${A}})` }, { w: 8 }),
    lines('Requests that wait for their target', 'Of REST connectors: for the rate limit, or since the target answered 429 or 503.', { '{{connector}} {{cause}}': `sum by (connector, cause) (causeway_agent_target_waiting{${A}, connector=~"$connector"})` }, { stack: true }),
    lines('Waits for targets, 95th of a hundred', 'How long requests that had to wait did so.', { '{{connector}} {{cause}}': quantile(0.95, 'causeway_agent_target_wait_seconds', 'connector, cause', `${A}, connector=~"$connector"`) }, { unit: 's' }),
  ],
  Streams: [
    lines('Objects per second', 'Handed on by searches and syncs.', { '{{connector}} {{operation}}': `sum by (connector, operation) (rate(causeway_agent_entries_returned_total{${A}, connector=~"$connector"}[$__rate_interval]))` }),
    lines('Requests under way', 'awaiting_credit: their reader has to take results first; the slow end is the controller, or whoever reads there.', { '{{state}} {{peer}}': `sum by (state, peer) (causeway_agent_requests{${A}})` }),
    lines('Bytes', 'Of protocol messages.', { '{{direction}} {{peer}}': `sum by (direction, peer) (rate(causeway_agent_frame_bytes_total{${A}}[$__rate_interval]))` }, { unit: 'Bps' }),
    lines('Messages', 'Of the protocol.', { '{{direction}} {{peer}}': `sum by (direction, peer) (rate(causeway_agent_frames_total{${A}}[$__rate_interval]))` }, { unit: 'ops' }),
  ],
  Connections: [
    lines('Sockets by state', 'Of the agents chosen.', { '{{state}} {{peer}}': `sum by (state, peer) (causeway_agent_sockets{${A}})` }, { stack: true, w: 8 }),
    lines('Connections that failed', 'Attempts and losses, by what kind of failure it was.', { '{{stage}} {{reason}} {{peer}}': `sum by (stage, reason, peer) (increase(causeway_agent_connection_failures_total{${A}}[$__rate_interval]))` }, { w: 8 }),
    lines('Reconnects and failed handshakes', 'Sockets that came back, by why they were lost.', { '{{reason}} {{peer}}': `sum by (reason, peer) (increase(causeway_agent_reconnects_total{${A}}[$__rate_interval]))`, 'handshake {{peer}}': `sum by (peer) (increase(causeway_agent_handshake_failures_total{${A}}[$__rate_interval]))` }, { w: 8 }),
  ],
  Health: [
    lines('Event loop', 'Share of the time it works, and how late it is in one of a hundred looks (seconds).', { 'busy {{instance}}': `rate(causeway_agent_event_loop_seconds_total{${A}, state="active"}[$__rate_interval])`, 'late {{instance}}': quantile(0.99, 'causeway_agent_event_loop_lag_seconds', 'instance', A) }, { w: 8 }),
    lines('Memory', 'Of the process and of its heap.', { 'resident {{instance}}': `causeway_agent_resident_memory_bytes{${A}}`, 'heap {{instance}}': `causeway_agent_heap_used_bytes{${A}}`, 'external {{instance}}': `causeway_agent_external_memory_bytes{${A}}` }, { unit: 'bytes', w: 8 }),
    lines('Processor and pauses', 'Processors used, and share of the time spent collecting garbage.', { '{{mode}} {{instance}}': `sum by (mode, instance) (rate(causeway_agent_cpu_seconds_total{${A}}[$__rate_interval]))`, 'garbage {{instance}}': `sum by (instance) (rate(causeway_agent_gc_pause_seconds_sum{${A}}[$__rate_interval]))` }, { w: 8 }),
    lines('Journal of writes', 'Under way, and of an earlier process that nobody saw the end of.', { 'under way {{instance}}': `causeway_agent_journal_writes_under_way{${A}}`, 'unclear {{instance}}': `causeway_agent_journal_writes_unclear{${A}}` }, { w: 8 }),
    lines('Audit', 'Lines that wait to be written or shipped.', { 'to write {{instance}}': `causeway_agent_audit_lines_waiting{${A}}`, 'to {{destination}}': `causeway_agent_audit_shipping_behind_lines{${A}}`, 'lost {{instance}}': `increase(causeway_agent_audit_lines_lost_total{${A}}[$__rate_interval])` }, { w: 8 }),
    lines('Brakes', 'How full they are; at 1 they are pulled.', { '{{brake}} {{instance}}': `causeway_agent_policy_brake_filled_ratio{${A}}` }, { unit: 'percentunit', w: 8 }),
  ],
  Controller: [
    stat('Hosts connected', 'Agents and connector servers.', `sum(causeway_controller_hosts_connected{${C}})`),
    stat('Hosts not connected', 'Known to the controllers chosen.', `sum(causeway_controller_hosts_known{${C}}) - sum(causeway_controller_hosts_connected{${C}})`, { steps: NONE_IS_GOOD }),
    stat('Reconciliations running', 'Those that wait for their turn included.', `sum(causeway_controller_reconciliations_running{${C}}) or vector(0)`),
    stat('liveSync behind', 'Since the end of the last run that got to the end of the changes, of the source that is furthest behind.', `max(time() - causeway_controller_live_sync_last_success_timestamp_seconds{${C}})`, { unit: 's' }),
    stat('Dead letters', 'Changes given up, waiting for somebody.', `sum(causeway_controller_dead_letters{${C}}) or vector(0)`, { steps: NONE_IS_GOOD }),
    stat('Certificate days left', 'Of the one that runs out first.', `min(causeway_controller_certificate_expiry_timestamp_seconds{${C}} - time()) / 86400`, { steps: DAYS }),
    lines('Requests', 'Of the REST API, by status.', { '{{method}} {{status}}': `sum by (method, status) (rate(causeway_controller_requests_total{${C}}[$__rate_interval]))` }, { unit: 'reqps', stack: true }),
    heatmap('Latency of requests', 'To the last byte of the answer.', `sum by (le) (increase(causeway_controller_request_duration_seconds_bucket{${C}}[$__rate_interval]))`),
    lines('Operations sent', 'By system and how they ended.', { '{{system}} {{outcome}} {{error}}': `sum by (system, outcome, error) (rate(causeway_controller_operations_total{${C}}[$__rate_interval]))` }, { unit: 'ops', stack: true }),
    lines('Other controllers', 'That are alive as each controller sees it, agents by way of them, and links that broke.', { 'controllers {{instance}}': `sum by (instance) (causeway_controller_fleet_controllers{${C}})`, 'agents {{instance}}': `sum by (instance) (causeway_controller_fleet_agents{${C}})`, 'broken {{instance}}': `sum by (instance) (increase(causeway_controller_fleet_links_broken_total{${C}}[$__rate_interval]))` }),
    lines('Agents by group', 'That are connected, and sockets refused.', { '{{group}}': `sum by (group) (causeway_controller_group_hosts_connected{${C}})`, 'all': `sum(causeway_controller_hosts_connected{${C}, peer="agent"})`, 'refused {{reason}}': `sum by (reason) (increase(causeway_controller_agents_refused_total{${C}}[$__rate_interval]))` }),
    lines('Situations', 'Objects reconciled per second, by what they were found to be.', { '{{mapping}} {{situation}}': `sum by (mapping, situation) (rate(causeway_controller_reconciliation_situations_total{${C}}[$__rate_interval]))` }, { stack: true, w: 8 }),
    lines('Changes by liveSync', 'Applied, failed (they come again) and given up.', { '{{source}} {{outcome}}': `sum by (source, outcome) (rate(causeway_controller_live_sync_changes_total{${C}}[$__rate_interval]))` }, { w: 8 }),
    lines('Runs of schedules', 'That ended, by state, and times that were missed.', { '{{schedule}} {{state}}': `sum by (schedule, state) (increase(causeway_controller_schedule_runs_total{${C}}[$__rate_interval]))`, '{{schedule}} missed': `sum by (schedule) (increase(causeway_controller_schedule_runs_missed_total{${C}}[$__rate_interval]))` }, { w: 8 }),
    lines('Duration of runs of schedules, 95th of a hundred', 'From the start of a run to its end.', { '{{schedule}}': quantile(0.95, 'causeway_controller_schedule_run_duration_seconds', 'schedule', C) }, { unit: 's', w: 8 }),
    lines('Messages to webhooks', 'Delivered, tried again later, given up and dropped; and those that wait, of all controllers.', { '{{webhook}} {{outcome}}': `sum by (webhook, outcome) (increase(causeway_controller_webhook_deliveries_total{${C}}[$__rate_interval]))`, '{{webhook}} waiting': `max by (webhook) (causeway_controller_webhook_deliveries_waiting{${C}})` }, { w: 8 }),
    lines('Process', 'Event loop (share of the time it works) and memory of the heap as a share of its limit.', { 'busy {{instance}}': `rate(causeway_controller_event_loop_seconds_total{${C}, state="active"}[$__rate_interval])`, 'heap {{instance}}': `causeway_controller_heap_used_bytes{${C}} / causeway_controller_heap_limit_bytes{${C}}` }, { unit: 'percentunit', w: 8 }),
  ],
};

/** One beside the other, as far as they fit. */
function laidOut(rows) {
  const panels = [];
  let id = 0;
  let y = 0;
  for (const [title, members] of Object.entries(rows)) {
    panels.push({ id: ++id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: WIDTH, h: 1 }, panels: [] });
    y += 1;
    let x = 0;
    let height = 0;
    for (const member of members) {
      const { w, h } = member.gridPos;
      if (x + w > WIDTH) [x, y, height] = [0, y + height, 0];
      panels.push({ id: ++id, ...member, gridPos: { x, y, w, h } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return panels;
}

const variable = (name, label, query) => ({
  name, label, type: 'query', datasource: DATASOURCE, query: { query, refId: name }, definition: query, refresh: 2, sort: 1,
  multi: true, includeAll: true, allValue: '.*', current: { selected: true, text: ['All'], value: ['$__all'] }, options: [], hide: 0, regex: '',
});

export function grafanaDashboard() {
  return {
    id: null, uid: 'causeway', title: 'Causeway', tags: ['causeway', 'identity'], timezone: 'browser', editable: true, graphTooltip: 1,
    schemaVersion: 39, version: 1, refresh: '30s', time: { from: 'now-3h', to: 'now' }, timepicker: {}, fiscalYearStartMonth: 0, liveNow: false, weekStart: '', links: [],
    annotations: { list: [{ builtIn: 1, datasource: { type: 'grafana', uid: '-- Grafana --' }, enable: true, hide: true, iconColor: 'rgba(0, 211, 255, 1)', name: 'Annotations & Alerts', type: 'dashboard' }] },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1, hide: 0, multi: false, includeAll: false, current: {}, options: [], regex: '' },
        variable('agent', 'Agent', 'label_values(causeway_agent_build_info, instance)'),
        variable('connector', 'Connector', 'label_values(causeway_agent_operations_total{instance=~"$agent"}, connector)'),
        variable('controller', 'Controller', 'label_values(causeway_controller_build_info, instance)'),
      ],
    },
    panels: laidOut(ROWS),
  };
}
