import { ConnectorError, type ApiConfiguration } from '../model/index.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './limits.js';
import { decodeApiConfiguration, encodeApiConfiguration } from './object-stream/object-stream.js';

/** By character code. */
const IN_BASE64 = Array.from({ length: 128 }, (_, code) => /[A-Za-z0-9+/]/.test(String.fromCharCode(code)));

/**
 * The name of a facade: its whole configuration, secrets included (protocol section 8.1). Compute it once per facade and
 * keep it; never log it.
 */
export function facadeKeyOf(configuration: ApiConfiguration): string {
  return Buffer.from(encodeApiConfiguration(configuration)).toString('base64');
}

/** The configuration a facade key stands for; what cannot be decoded fails with the errors of a Java agent. */
export function apiConfigurationOf(facadeKey: string, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ApiConfiguration {
  if (facadeKey === '') throw new ConnectorError('connector', 'java.io.EOFException');
  if (!isBase64(facadeKey)) {
    throw new ConnectorError('connector', 'Data is not Base64 encoded.', { remoteClass: 'java.lang.RuntimeException' });
  }
  return decodeApiConfiguration(Buffer.from(facadeKey, 'base64'), limits);
}

/** No regular expression: V8 keeps the text of the last match, and this one holds secrets. */
function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  for (let index = 0; index < text.length - padding; index++) if (IN_BASE64[text.charCodeAt(index)] !== true) return false;
  return true;
}
