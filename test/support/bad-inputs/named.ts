/** What names nobody and nothing: keys, addresses, links, ids. */
import { base58 } from '@scure/base';
import { and, type BadInput, MEGABYTES, NUL, notText, type Row, rows, TOO_LARGE } from './row.ts';

/** Points of small order, and one with a torsion part: keys under which anyone, or nobody, could sign. */
const WEAK_KEYS: readonly Row[] = [
  ['the neutral key', `01${'00'.repeat(31)}`, /cannot sign/],
  ['a key of order 2', `ec${'ff'.repeat(30)}7f`, /cannot sign/],
  ['a key of order 4', '00'.repeat(32), /cannot sign/],
  ['a key of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', /cannot sign/],
  ['a key that is not canonical', `ee${'ff'.repeat(30)}7f`, /cannot sign/],
  ['a key with a torsion part', '40a4cf5c611d737a2f1c6fcca84d9cabfed80987f186a5a6c57e629bff1af27f', /cannot sign/],
  ['a key that is no point', `02${'00'.repeat(31)}`, /cannot sign/],
];

const NOBODY = /nobody in the address book, and not a PID, a public key or a contact card/;

export const NAMED = {
  /** Somebody who is to be found. */
  who: [
    ...rows('unknown-contact', [
      ['nothing', '', /[Nn]obody is named/, ['usage', 'bad-request', 'not-found']],
      ['spaces', '  ', /Nobody is named|nobody in the address book/, ['usage', 'unknown-contact']],
      ['nobody', 'Mallory', NOBODY],
      ['a homoglyph of a contact', 'Zоё', NOBODY],
      ['letters that no PID has', '0OIl'.repeat(11), NOBODY],
      ['a PID that is too short', '4kT6mG6CMW61bsVVKr9PvoHZCaJ36x', NOBODY],
      ['a PID that is too long', '4kT6mG6CMW61bsVVKr9PvoHZCaJ36xzPKqee9S6qRyVpX', NOBODY],
      [
        'a PID that nobody told',
        '4kT6mG6CMW61bsVVKr9PvoHZCaJ36xzPKqee9S6qRyVp',
        /[Aa]sk them for a contact card/,
        ['key-unknown', 'not-in-directory'],
      ],
      ['63 hex digits', 'a'.repeat(63), NOBODY],
      ['65 hex digits', 'a'.repeat(65), NOBODY],
      ['100,000 characters', 'x'.repeat(100_000), /100000 characters|8192 characters/, ['usage', 'bad-request']],
      ['10 MB', MEGABYTES, /./, ['usage', ...TOO_LARGE]],
      ['NUL', `Bob${NUL}`, NOBODY],
      ['an override', '\u202eboB', NOBODY],
      ['half a character', 'Bob\ud83d', NOBODY],
      ['a secp256k1 key', '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', NOBODY],
      ['a peer id', '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN', NOBODY],
      ['a peer id of RSA', 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N', NOBODY],
      ['a did:key', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK', NOBODY],
      ['an ssh key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ', NOBODY],
      ['a PEM', '-----BEGIN PUBLIC KEY-----', NOBODY],
      ['a property of objects', '__proto__', NOBODY],
      ...WEAK_KEYS.map(([what, key, says]): Row => [what, key, says, 'bad-key']),
      ['a card that is cut off', 'geo:card/gogBZHRlc3Q', /damaged/, 'bad-link'],
      ['a place on a map', 'geo:50.45,30.52', /geo:card\/… that holds a contact card/, 'bad-link'],
    ]),
    ...notText(/text/),
  ],
  /** Where a person is meant, not what a person asks for. */
  person: rows('bad-link', [['an invoice', ({ invoice }) => invoice, /it holds a payment request/]]),
  /** Where somebody else is meant. */
  other: rows('to-self', [
    ['the own key', ({ ownKey }) => ownKey, /this is your own key/],
    ['the own key in capitals', ({ ownKey }) => ownKey.toUpperCase(), /this is your own key/],
    ['the own PID', ({ ownPid }) => ownPid, /this is your own key/],
    ['the own card', ({ ownCard }) => ownCard, /this is your own key/],
  ]),
  /** Where somebody can be reached. */
  address: rows('bad-address', [
    ['nothing', '', /the host is missing/],
    ['a host and a port', '127.0.0.1:4610', /does not begin with a slash/],
    ['a web address', 'http://example.org', /does not begin with a slash/],
    ['5,000 components', '/ip4/127.0.0.1/tcp/1'.repeat(1_250), /it has 25000 characters, more than 256/],
    ['12 components', '/a'.repeat(12), /more than 11 components/],
    ['three numbers', '/ip4/1.2.3/tcp/1', /no IPv4 address/],
    ['leading zeros', '/ip4/127.0.0.01/tcp/1', /no IPv4 address/],
    ['another transport', '/ip4/127.0.0.1/udp/1', /only tcp/],
    ['port 0', '/ip4/127.0.0.1/tcp/0', /the port is not 1 … 65535/],
    ['port 65536', '/ip4/127.0.0.1/tcp/65536', /the port is not 1 … 65535/],
    ['cloud metadata', '/ip4/169.254.169.254/tcp/80', /cloud metadata/],
    ['cloud metadata as IPv6', '/ip6/fd00:ec2::254/tcp/80', /cloud metadata/],
    ['cloud metadata behind a translator', '/ip6/64:ff9b::a9fe:a9fe/tcp/80', /cloud metadata/],
    ['cloud metadata in disguise', '/ip6/::ffff:169.254.169.254/tcp/80', /cloud metadata/],
    ['link-local', '/ip6/fe80::1/tcp/1', /link-local/],
    ['link-local with a zone', '/ip6/fe80::1%lo/tcp/1', /no IPv6 address/],
    ['everybody', '/ip4/255.255.255.255/tcp/1', /not the address of one host/],
    ['many', '/ip6/ff02::1/tcp/1', /not the address of one host/],
    ['no host', '/ip4/0.0.0.0/tcp/1', /names no host/],
    ['a number as a name', '/dns/0x7f000001/tcp/1', /does not end in a number/],
    ['a name with an escape sequence', '/dns/a\u001b[2J/tcp/1', /no host name/],
    ['a file', '/unix/tmp/socket', /does not begin with \/ip4\//],
    ['a relay', '/ip4/127.0.0.1/tcp/1/p2p-circuit', /cannot follow the port/],
    ['a peer id of RSA', '/ip4/127.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N', /Ed25519/],
    ['a peer id of small order', `/ip4/127.0.0.1/tcp/1/p2p/${peerIdOf(`01${'00'.repeat(31)}`)}`, /Ed25519/],
  ]).map((row) => ({ ...row, says: and(row.says, 'It should be like /ip4/192\\.0\\.2\\.1/tcp/4001') })),
  /** A payment request. */
  link: [
    ...rows('bad-link', [
      ['nothing', '', /it is empty|[Nn]obody is named/, ['bad-request', 'usage']],
      ['the beginning only', 'geo:pay/', /damaged/],
      ['no base64', 'geo:pay/%%%', /damaged/],
      ['padding', 'geo:pay/gg==', /damaged/],
      ['bytes that are no document', 'geo:pay/AAAA', /damaged/],
      ['one that is cut off', ({ invoice }) => invoice.slice(0, -4), /damaged/],
      ['one with other bits', ({ invoice }) => changed(invoice, invoice.length - 30), /damaged or forged|damaged/],
      ['one with another amount', ({ invoice }) => changed(invoice, 40), /damaged or forged|damaged/],
      ['one that is doubled', ({ invoice }) => invoice + invoice.slice(8), /damaged/],
      ['a contact card', ({ card }) => card, /it holds a contact card|How much, and of what/, ['bad-link', 'usage']],
      ['a card that says it is an invoice', ({ card }) => card.replace('card', 'pay'), /damaged/],
      ['capitals', ({ invoice }) => invoice.toUpperCase(), /begins with something else/],
      [
        '9,000 characters',
        `geo:pay/${'A'.repeat(9_000)}`,
        /9008 characters|8192 characters/,
        ['bad-link', 'bad-request', 'usage'],
      ],
    ]),
    ...notText(/text/),
  ],
  /** What people scan: links of other programs, and links that would do something in a browser. */
  scanned: rows('bad-link', [
    ['a script', 'javascript:alert(1)', /link/],
    ['a file', 'file:///etc/passwd', /link/],
    ['the own API', 'http://127.0.0.1:4611/v1/stop', /link/],
    ['data', 'data:text/html,<script>alert(1)</script>', /link/],
    ['a place on a map', 'geo:50.45,30.52', /link/],
    ['a path', 'geo:pay/../../etc/passwd', /damaged/],
    ['a web page', 'https://example.org/#geo:pay/AAAA', /link/],
    ['an escape sequence', 'geo:pay/\u001b]0;owned\u0007', /damaged/],
    ['an override', 'geo:pay/\u202eAAAA', /damaged/],
    ['NUL', `geo:pay/${NUL}`, /damaged/],
    ['half a character', 'geo:pay/\ud83d', /damaged/],
  ]),
  /** 64 hex digits. */
  hexId: [
    ...rows(
      ['bad-request', 'usage'],
      [
        ['63 digits', 'a'.repeat(63), /64 hex digits/],
        ['65 digits', 'a'.repeat(65), /64 hex digits/],
        ['capitals', 'A'.repeat(64), /64 hex digits/],
        ['letters that no PID has', '0OIl'.repeat(16), /64 hex digits/],
        ['a path', '../../../etc/passwd', /64 hex digits/],
        ['an escape sequence', '\u001b[2J', /64 hex digits/],
        ['half a character', '\ud83d', /64 hex digits/],
        ['nothing that is known', 'ab'.repeat(32), /knows no transaction or payment/, 'unknown-transaction'],
      ],
    ),
  ],
  /** 32 hex digits. */
  proposalId: rows(
    ['bad-request', 'usage'],
    [
      ['31 digits', 'a'.repeat(31), /32 hex digits/],
      ['64 digits', 'a'.repeat(64), /32 hex digits/],
      ['capitals', 'A'.repeat(32), /32 hex digits/],
      ['a path', '../../../etc/passwd', /32 hex digits/],
      ['an escape sequence', '\u001b[2J', /32 hex digits/],
      ['half a character', '\ud83d', /32 hex digits/],
      ['nothing that waits', 'ab'.repeat(16), /waits for your word/, 'no-proposal'],
    ],
  ),
  /** A person's own name for a payment that is to be found. */
  paymentId: rows('unknown-transaction', [
    ['nothing that is known', 'nothing', /knows no transaction or payment nothing/],
    ['a property of objects', '__proto__', /knows no transaction or payment/],
    ['an escape sequence', '\u001b[2J', /knows no transaction or payment \\u\{1b\}\[2J/],
    ['an override', '\u202eabc', /knows no transaction or payment \\u\{202e\}abc/],
    ['half a character', 'a\ud83d', /knows no transaction or payment/],
    ['129 characters', 'a'.repeat(129), /128 characters/, 'bad-request'],
  ]),
  /** A person's own name for a payment that is begun: any text, within bounds. */
  newId: [
    ...rows(
      ['bad-request'],
      [
        ['nothing', '', /1 to 128 characters/],
        ['129 characters', 'a'.repeat(129), /1 to 128 characters/],
        ['dots', '..', /should not be “.” or “..”/],
        ['10 MB', MEGABYTES, /it has 10000000 characters|./, ['bad-request', ...TOO_LARGE]],
      ],
    ),
    ...notText(/1 to 128 characters/),
  ],
  /** Evidence that there is not. */
  evidenceId: rows('unknown-evidence', [
    ['nothing', '', /There is no evidence “”; an id begins with 16 letters at least/],
    ['another', 'a'.repeat(64), /There is no evidence “a{40}…”/],
    ['too little of it', 'a', /an id begins with 16 letters at least/],
    ['an escape sequence', '\u001b[2J', /There is no evidence “\\u\{1b\}\[2J”/],
    ['an override', '\u202eabc', /There is no evidence “\\u\{202e\}abc”/],
    ['a property of objects', '__proto__', /There is no evidence “__proto__”/],
  ]),
  /** A token that there is not. */
  tokenName: rows('unknown-token', [
    ['nothing', '', /There is no token “”/, ['unknown-token', 'not-found']],
    ['another', 'program', /There is no token “program”/],
    ['an escape sequence', '\u001b[2J', /There is no token “\\u\{1b\}\[2J”/],
    ['half a character', 'a\ud83d', /There is no token “a/],
    [
      'dots',
      '..',
      /should not be “.” or “..”|There is no token|has no DELETE/,
      ['bad-request', 'unknown-token', 'not-found'],
    ],
    ['a property of objects', '__proto__', /There is no token “__proto__”/],
  ]),
  /** A browser that is not let in. */
  sessionId: rows('bad-request', [
    ['nothing', '', /16 hex digits|has no DELETE|There is no/, ['bad-request', 'not-found']],
    ['15 digits', 'a'.repeat(15), /16 hex digits/],
    ['capitals', 'A'.repeat(16), /16 hex digits/],
    ['a path', '../../../etc/passwd', /16 hex digits/],
    ['half a character', '\ud83d', /16 hex digits/],
    ['none that is let in', 'ab'.repeat(8), /No browser abababababababab is let in/, 'unknown-session'],
  ]),
  /** A backup file that there is not. */
  backupName: rows('bad-request', [
    ['another form', 'x', /the name of a backup file/],
    ['a path', '../../../etc/passwd', /the name of a backup file/],
    ['a path to it', './geo-20260101T000000000Z.backup', /the name of a backup file/],
    ['half a character', '\ud83d', /the name of a backup file/],
    ['none that there is', 'geo-20260101T000000000Z.backup', /There is no backup file “geo-2026/, 'unknown-backup'],
  ]),
  /** A receipt that proves nothing. */
  base64: [
    ...rows('bad-receipt', [
      ['nothing', '', /damaged/],
      ['zeros', 'AAAA', /damaged/],
      ['text', Buffer.from('a receipt').toString('base64'), /damaged/],
      ['depth', Buffer.alloc(60_000, 0x81).toString('base64'), /damaged/],
      ['70,000 bytes', Buffer.alloc(70_000).toString('base64'), /damaged/],
      ['no base64', '%%%', /base64/, 'bad-request'],
      ['10 MB', 'A'.repeat(10_000_000), /./, TOO_LARGE],
    ]),
    ...notText(/text|base64/),
  ],
  cursor: rows('bad-request', [
    ['letters', 'x', /mark of a page/],
    ['a property of objects', '__proto__', /mark of a page/],
    ['a path', '../../etc/passwd', /mark of a page/],
    ['257 characters', 'a'.repeat(257), /mark of a page/],
    ['half a character', '\ud83d', /mark of a page/],
  ]),
} as const satisfies Readonly<Record<string, readonly BadInput[]>>;

/** The link with one character replaced. */
function changed(link: string, at: number): string {
  return `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
}

/** The libp2p name of an Ed25519 key in hex. */
function peerIdOf(hex: string): string {
  return base58.encode(Uint8Array.from(Buffer.from(`002408011220${hex}`, 'hex')));
}
