/** Flow control of a stream of small messages, without an answer to each of them. */
import type { Stream } from '@libp2p/interface';

/** A stream of yamux. */
interface Windowed extends Stream {
  sendWindowUpdate(): void;
}

/** A quarter of the window that a stream begins with: what may be under way never comes below the rest. */
const STEP_BYTES = 65_536;

/**
 * Yamux opens the window of a stream again after each message, with a message of its own: for short ones that is half of
 * all there is to encrypt, to send and to wake up for. From now on this stream says it once in 64 KiB.
 */
export function openWindowSeldom(stream: Stream): void {
  if (!isWindowed(stream)) return;
  const openWindow = stream.sendWindowUpdate.bind(stream);
  let taken = 0;
  stream.addEventListener('message', ({ data }) => {
    taken += data.byteLength;
  });
  stream.sendWindowUpdate = () => {
    // A stream that is paused keeps its window closed; what was taken counts when it goes on.
    if (taken < STEP_BYTES || stream.readStatus !== 'readable') return;
    taken = 0;
    openWindow();
  };
}

function isWindowed(stream: Stream): stream is Windowed {
  return 'sendWindowUpdate' in stream;
}
