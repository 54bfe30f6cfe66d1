/** Encryption of connections: Noise, each of whose messages goes to the socket in one write. */
import type { MessageStream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';

/**
 * Noise hands over a message as a list: its length, then the ciphertext, whose header, body and tag are apart when it is
 * long. On a socket that sends at once each part costs a call of the system and a packet, and wakes the other side.
 */
export function noiseInWholeWrites(): ReturnType<typeof noise> {
  const create = noise();
  return (components) => {
    const encrypter = create(components);
    const wrapper = Object.create(encrypter) as typeof encrypter;
    wrapper.secureInbound = async (connection, options) => encrypter.secureInbound(inWholeWrites(connection), options);
    wrapper.secureOutbound = async (connection, options) =>
      encrypter.secureOutbound(inWholeWrites(connection), options);
    return wrapper;
  };
}

function inWholeWrites(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => send(data.subarray());
  return connection;
}
