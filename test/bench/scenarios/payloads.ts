import { spread, type Spread } from '../../interop/bench/figures.js';
import { CODECS, PAYLOADS, type Codec, type Payload, type PayloadMethods } from '../payloads/payload-child.js';
import { Child } from '../suite/child.js';
import { interleaved, ratios, shown } from '../suite/rounds.js';
import { bySize, type BenchContext, type Scenario, type Section, type Table } from '../suite/scenario.js';

interface CodecFigures {
  /** Operations a second. */
  readonly encoded: Spread;
  readonly decoded: Spread;
  /** To JSON, of the same round. */
  readonly encodeRatio: Spread;
  readonly decodeRatio: Spread;
  readonly bytes: number;
}

export interface Payloads { readonly payloads: readonly { readonly payload: Payload; readonly codecs: Readonly<Record<Codec, CodecFigures>> }[] }

const NAMES: Readonly<Record<Codec, string>> = { ours: 'object stream (ours)', json: 'JSON', protobuf: 'plain protobuf' };

async function run(context: BenchContext): Promise<Payloads> {
  const milliseconds = bySize(context, { smoke: 5, small: 150, full: 500 });
  const child = await Child.start<PayloadMethods>('/test/bench/payloads/payload-child.ts');
  try {
    const payloads: Payloads['payloads'][number][] = [];
    for (const payload of PAYLOADS) {
      const ways = CODECS.map((codec) => ({ name: codec, run: () => child.call('measure', { payload, codec, milliseconds }) }));
      const results = await interleaved(ways, { rounds: bySize(context, { smoke: 1, small: 5, full: 9 }), warmUps: 1, report: () => undefined }, () => '');
      const of = (codec: Codec, figure: 'encoded' | 'decoded'): number[] => (results.get(codec) ?? []).map((each) => each[figure]);
      const figures = (codec: Codec): CodecFigures => ({
        encoded: spread(of(codec, 'encoded')), decoded: spread(of(codec, 'decoded')), encodeRatio: ratios(of(codec, 'encoded'), of('json', 'encoded')),
        decodeRatio: ratios(of(codec, 'decoded'), of('json', 'decoded')), bytes: results.get(codec)?.[0]?.bytes ?? 0,
      });
      payloads.push({ payload, codecs: { ours: figures('ours'), json: figures('json'), protobuf: figures('protobuf') } });
      const { encodeRatio, decodeRatio } = figures('ours');
      context.report(`  ${payload}: encoded ${shown(encodeRatio.median)} × JSON, decoded ${shown(decodeRatio.median)} × JSON`);
    }
    return { payloads };
  } finally {
    await child.stop();
  }
}

function tableOf({ payloads }: Payloads, title: string, figure: 'encoded' | 'decoded', ratio: 'encodeRatio' | 'decodeRatio'): Table {
  return {
    title, rows: [
      ['payload', ...CODECS.map((codec) => NAMES[codec]), 'ours to JSON', 'ours to protobuf'],
      ...payloads.map(({ payload, codecs }) => [
        payload, ...CODECS.map((codec) => shown(codecs[codec][figure].median)), `${codecs.ours[ratio].median.toFixed(2)} (${codecs.ours[ratio].min.toFixed(2)}–${codecs.ours[ratio].max.toFixed(2)})`,
        (codecs.ours[figure].median / codecs.protobuf[figure].median).toFixed(2),
      ]),
    ],
  };
}

function section(figures: Payloads): Section {
  const { payloads } = figures;
  const chart = (file: string, title: string, ratio: 'encodeRatio' | 'decodeRatio') => ({
    file, title, unit: 'times as fast as JSON', kind: 'bars' as const, labels: payloads.map(({ payload }) => payload),
    series: CODECS.map((codec) => ({ name: NAMES[codec], values: payloads.map(({ codecs }) => codecs[codec][ratio].median) })),
  });
  return {
    method: 'Encoding and decoding one payload, over and over, in a process that does nothing else. Ours is what travels: ICF’s object streams with their pool of names, and for deltas and errors the whole frame; decoding makes the model’s classes and checks every limit. JSON and plain protobuf (protobufjs, messages made for this) carry the same data as plain objects, to bytes and from bytes.',
    charts: [chart('payload-encode', 'Encoding, to JSON', 'encodeRatio'), chart('payload-decode', 'Decoding, to JSON', 'decodeRatio')],
    tables: [
      tableOf(figures, 'Encoded per second', 'encoded', 'encodeRatio'), tableOf(figures, 'Decoded per second', 'decoded', 'decodeRatio'),
      { title: 'Bytes of one', rows: [['payload', ...CODECS.map((codec) => NAMES[codec])], ...payloads.map(({ payload, codecs }) => [payload, ...CODECS.map((codec) => String(codecs[codec].bytes))])] },
    ],
    goals: [], remarks: ['The format is not ours to choose: each object stream carries the names of its types and fields in full, which is why it is larger than protobuf and as large as JSON.'],
  };
}

export const payloads: Scenario<Payloads> = { name: 'payloads', title: 'Encoding and decoding', run, section };
