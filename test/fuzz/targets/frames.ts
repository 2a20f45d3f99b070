import { decodeFrame, encodeMessage } from '../../../protocol/frame.js';
import { FrameId } from '../../../protocol/frame-id.js';
import { messageIdPlace, responseOutline } from '../../../protocol/frame-outline.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { check, refusable, type FuzzTarget } from '../engine/target.js';
import { same } from './same.js';
import { FRAMES } from './vectors.js';

/** A frame is refused with a ConnectorError or understood; what the outline says of it, the decoder says too. */
export const target: FuzzTarget = {
  name: 'frames',
  seeds: () => FRAMES,
  run(input) {
    const place = messageIdPlace(input);
    const outline = responseOutline(input);
    const message = refusable(() => decodeFrame(input), ConnectorError);
    if (message === undefined) return;
    if (place !== undefined) {
      check(place.id === message.id, 'the id of the outline is another than the decoded one');
      check(place.start <= place.end && place.end <= input.length, 'the id stands outside the frame');
      const moved = refusable(() => decodeFrame(new FrameId(77).replaceIn(input, place)), ConnectorError);
      check(moved !== undefined, 'a frame with another id cannot be decoded any more');
      check(moved.id === 77 && same({ ...moved, id: 0 }, { ...message, id: 0 }), 'a frame with another id is another message');
    }
    if (outline !== undefined) {
      check(message.kind === 'operationResponse', 'an outline of something that is no response of an operation');
      check(outline.id === message.id, 'the outline has another id');
    }
    const again = decodeFrame(encodeMessage(message));
    check(same(again, decodeFrame(encodeMessage(again))), 'a message is another one after it was written and read');
  },
};
