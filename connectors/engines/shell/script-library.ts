/**
 * The names scripts of the Java SSH connector know (`expect`, `match`, `regexp`, `sudo`, `promptReady` …), made of the functions of
 * script-bindings.ts. Runs in the sandbox, patterns included: a pattern that takes forever ends its script and nothing else.
 */
export function shellLibrary(prompt: string): string {
  return LIBRARY.replace('__PROMPT__', () => JSON.stringify(prompt));
}

const LIBRARY = String.raw`(function (call, icf, bind) {
'use strict';
const PROMPT = __PROMPT__;
const TIMEOUT_EXPIRED = -2, EOF_FOUND = -3, TIMEOUT_FOREVER = -1, TIMEOUT_NEVER = -3;
const wrong = (text) => icf.error('illegalArgument', text);

/** '*' any text, '?' one character, '[abc]' one of these, '\' takes the next literally. The prompt stands for itself. */
function globPattern(glob) {
  if (glob === PROMPT) return new RegExp(literal(glob));
  let source = '';
  for (let at = 0; at < glob.length; at += 1) {
    const character = glob[at];
    const close = character === '[' ? glob.indexOf(']', at + 2) : -1;
    if (character === '\\' && at + 1 < glob.length) source += literal(glob[at += 1]);
    else if (character === '*') source += '[\\s\\S]*';
    else if (character === '?') source += '[\\s\\S]';
    else if (close > 0) { source += characterClass(glob.slice(at + 1, close)); at = close; }
    else source += literal(character);
  }
  return new RegExp(source);
}
const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|\/]/g, '\\$&');
function characterClass(text) {
  const negated = text[0] === '!' || text[0] === '^';
  return '[' + (negated ? '^' : '') + text.slice(negated ? 1 : 0).replace(/[\\\]^]/g, '\\$&') + ']';
}

class Match {
  constructor(kind, pattern, run) {
    if (run !== undefined && run !== null && typeof run !== 'function') throw wrong('What is done on a match has to be a function.');
    Object.assign(this, { kind, pattern, run: run ?? undefined });
    Object.freeze(this);
  }
}
const match = (glob, run) => new Match('pattern', globPattern(String(glob)), run);
const regexp = (pattern, run) => new Match('pattern', pattern instanceof RegExp ? new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')) : new RegExp(String(pattern)), run);
const timeout = (milliseconds, run) => new Match('timeout', Number(milliseconds), run);
const eof = (run) => new Match('eof', undefined, run);

function matchesOf(given, run) {
  if (Array.isArray(given)) return given.map((one) => matchesOf(one)[0]);
  if (given instanceof Match) return [given];
  if (given instanceof RegExp) return [regexp(given, run)];
  if (typeof given === 'string') return [match(given, run)];
  throw wrong('expect takes a text, a match, or a list of these.');
}

/** What a function of a match is given. */
function stateOf(buffer, found, index, flow) {
  return {
    buffer, match: found[0], groups: [...found], index,
    getBuffer: () => buffer, getMatch: (group = 0) => found[group] ?? null, getMatchedWhere: () => found.index, getPairIndex: () => index,
    exp_continue: () => { flow.goesOn = true; }, exp_continue_reset_timer: () => { flow.goesOn = true; flow.resets = true; },
  };
}

/** The index of what matched among the patterns, TIMEOUT_EXPIRED or EOF_FOUND. */
async function expect(given, run) {
  const matches = matchesOf(given, run);
  const patterns = matches.filter(({ kind }) => kind === 'pattern');
  const late = matches.find(({ kind }) => kind === 'timeout');
  const over = matches.find(({ kind }) => kind === 'eof');
  let state = await call('ssh.output', []);
  const limit = late === undefined || !(late.pattern >= 0 || late.pattern === TIMEOUT_FOREVER) ? state.timeout : late.pattern;
  let deadline = Date.now() + limit;
  for (;;) {
    const hit = hitOf(patterns, state.buffer);
    if (hit !== undefined) {
      await call('ssh.consume', [hit.found.index + hit.found[0].length]);
      const flow = { goesOn: false, resets: false };
      if (hit.run !== undefined) await hit.run(stateOf(state.buffer, hit.found, hit.index, flow));
      if (!flow.goesOn) return hit.index;
      if (flow.resets) deadline = Date.now() + limit;
      state = await call('ssh.output', []);
      continue;
    }
    state = await call('ssh.arrival', [state.arrivals, limit < 0 ? -1 : Math.max(0, deadline - Date.now())]);
    if (state.arrival === 'timeout') return ended(late, TIMEOUT_EXPIRED, state, () => call('ssh.timedOut', [limit]));
    if (state.arrival === 'eof') return ended(over, EOF_FOUND, state, async () => undefined);
  }
}
function hitOf(patterns, buffer) {
  for (let index = 0; index < patterns.length; index += 1) {
    const found = patterns[index].pattern.exec(buffer);
    if (found !== null) return { found, index, run: patterns[index].run };
  }
  return undefined;
}
async function ended(own, code, { buffer }, otherwise) {
  if (own === undefined) await otherwise();
  else if (own.run !== undefined) await own.run(stateOf(buffer, Object.assign([''], { index: buffer.length }), code, {}));
  return code;
}

/** Words as a POSIX shell takes them, to be typed: sendln(quote('ls', '-l', name)). */
function quote(...words) {
  const text = words.map((word) => (/^[A-Za-z0-9_/.:@%+-][A-Za-z0-9_/.:@%+=,-]*$/.test(word) ? String(word) : "'" + String(word).replaceAll("'", "'\\''") + "'")).join(' ');
  if (/[\u0000-\u001f\u007f]/.test(text)) throw icf.error('invalidAttributeValue', 'A command holds a control character, which cannot be typed.');
  return text;
}

/** The lines a command writes, one by one. Another exit code than 0 is an error at their end, unless options.anyCode is true. */
async function* lines(words, options = {}) {
  const handle = await call('ssh.open', [words, options]);
  try {
    for (;;) {
      const step = await call('ssh.next', [handle]);
      if (step.lines === undefined) {
        if (options.anyCode !== true && step.end.exitCode !== 0) throw icf.error('connector', words[0] + ' ended with code ' + step.end.exitCode + ': ' + step.end.stderr.trim());
        return;
      }
      yield* step.lines;
    }
  } finally {
    await call('ssh.end', [handle]);
  }
}

const ask = (name) => (...given) => call('ssh.' + name, given);
const connection = Object.freeze({ exec: (words, options = {}) => call('ssh.exec', [words, options]), lines });
return {
  connection, expect, match, global: match, regexp, timeout, eof, quote, send: ask('send'), sendln: ask('sendln'), sendControlC: ask('sendControlC'),
  sendControlD: ask('sendControlD'), sudo: ask('sudo'), promptReady: ask('promptReady'), setTimeout: ask('setTimeout'),
  setTimeoutSec: (seconds) => call('ssh.setTimeout', [Number(seconds) * 1000]), TIMEOUT_FOREVER, TIMEOUT_NEVER, TIMEOUT_EXPIRED, EOF_FOUND,
};
})`;
