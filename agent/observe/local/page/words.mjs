const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

export const whole = (number) => WHOLE.format(number);
export const rate = (number) => (number >= 10_000 ? COMPACT.format(number) : number >= 100 ? WHOLE.format(number) : TENTHS.format(number));
export const short = (number) => (number >= 10_000 ? COMPACT.format(number) : TENTHS.format(number));
export const counted = (number, one, many = `${one}s`) => `${whole(number)} ${number === 1 ? one : many}`;
export const timeOf = (time) => TIME.format(new Date(time));
export const dayOf = (time) => DAY.format(new Date(time));

const DAY_MS = 86_400_000;

/** Time of the day, with the day where that is another one. */
export function whenOf(time, now) {
  return Math.abs(Date.parse(now) - Date.parse(time)) < DAY_MS / 2 ? timeOf(time) : `${dayOf(time)}, ${timeOf(time)}`;
}

/** `850 ms`, `12 s`, `3 min 20 s`, `5 h 2 min`, `12 days`. @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) return joined(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return counted(Math.floor(seconds / 86_400), 'day');
}

/** How long ago, in words. */
export function ago(time, now) {
  const past = Date.parse(now) - Date.parse(time);
  return past < 2000 ? 'just now' : `${duration(past)} ago`;
}

export function bytes(count) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [size, unit] = [count, 0];
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${unit === 0 ? WHOLE.format(size) : TENTHS.format(size)} ${units[unit]}`;
}

function joined(large, largeUnit, small, smallUnit) {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** What a class of failure means, for people. */
const MEANINGS = {
  ConnectorException: 'the connector failed',
  AlreadyExistsException: 'the name is taken',
  ConfigurationException: 'the configuration cannot be used',
  ConnectorIOException: 'reading or writing the target failed',
  ConnectionBrokenException: 'the connection was lost',
  ConnectionFailedException: 'the target cannot be reached',
  ConnectorSecurityException: 'the target refused for security',
  InvalidCredentialException: 'the login was refused',
  InvalidPasswordException: 'the password is wrong',
  PasswordExpiredException: 'the password has expired',
  UnknownUidException: 'there is no such object',
  PermissionDeniedException: 'not allowed, by target or policy',
  InvalidAttributeValueException: 'a value was refused',
  OperationTimeoutException: 'its time was over',
  PreconditionFailedException: 'the object has changed meanwhile',
  PreconditionRequiredException: 'a revision was needed',
  RetryableException: 'busy or stopping; try again',
  UnsupportedOperationException: 'the connector does not offer it',
  IllegalArgumentException: 'the request makes no sense',
  IllegalStateException: 'not possible at this moment',
  unexpected: 'an unexpected failure; see the log',
};

export const meaningOf = (error) => (Object.hasOwn(MEANINGS, error) ? MEANINGS[error] : 'see the log');
