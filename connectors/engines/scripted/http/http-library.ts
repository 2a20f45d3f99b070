/**
 * Makes `http` objects of `http.request`, inside the sandbox. `httpConnection(strict)`: with `request` and a function for each method; a
 * strict one throws where the status is 400 or more, as Groovy's RESTClient does.
 */
export const HTTP_LIBRARY = String.raw`
const STATUS_KINDS = {
  400: 'invalidAttributeValue', 401: 'invalidCredential', 403: 'permissionDenied', 404: 'unknownUid', 408: 'operationTimeout', 409: 'alreadyExists', 410: 'unknownUid',
  412: 'preconditionFailed', 422: 'invalidAttributeValue', 425: 'retryable', 428: 'preconditionRequired', 429: 'retryable', 503: 'retryable',
};
const kindOf = (status) => STATUS_KINDS[status] ?? (status >= 500 ? 'connectorIo' : 'connector');
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, LARGE = '\u0000large';
/** Whole numbers beyond 2^53 become BigInts: an id that has lost its last digits is somebody else's. */
function jsonValue(text) {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const marked = text.replace(JSON_TOKEN, (token) => (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify({ [LARGE]: token }) : token));
  return JSON.parse(marked, (key, value) => (typeof value === 'object' && value !== null && typeof value[LARGE] === 'string' ? BigInt(value[LARGE]) : value));
}
function dataOf({ text, bytes, contentType, status }, ok) {
  if (text === null || !/[/+]json\b/i.test(contentType)) return text ?? bytes;
  if (text === '') return null;
  try {
    return jsonValue(text);
  } catch {
    // What stands between may answer for the service: its status counts, whatever else it says.
    if (!ok) return text;
    throw icf.error('connector', 'The answer with the status ' + status + ' says that it is JSON and is not.');
  }
}
function httpAnswer(answer) {
  const ok = answer.status >= 200 && answer.status < 300;
  return { ...answer, data: dataOf(answer, ok), ok };
}
async function ask(given, strict) {
  const request = typeof given === 'string' || Array.isArray(given) ? { path: given } : given ?? {};
  const answer = httpAnswer(await call('http.request', [request]));
  if (!strict || answer.status < 400) return answer;
  const where = typeof request.path === 'string' ? request.path.split('?')[0] : Array.isArray(request.path) ? 'the path given' : 'the address given';
  const error = icf.error(kindOf(answer.status), (request.method ?? 'GET') + ' ' + where + ' was answered with the status ' + answer.status + '.');
  error.status = answer.status;
  error.data = answer.data;
  throw error;
}
function httpConnection(strict) {
  const made = { request: (given) => ask(given, strict) };
  for (const method of ['get', 'head', 'post', 'put', 'patch', 'delete']) {
    made[method] = (given, more) => ask({ ...(typeof given === 'string' || Array.isArray(given) ? { path: given } : given), ...more, method: method.toUpperCase() }, strict);
  }
  return made;
}`;
