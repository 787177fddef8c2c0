import { parseMessage } from '../../src/server/parsed-message';

const parse = (...lines: readonly string[]) => parseMessage(Buffer.from(lines.join('\r\n'), 'latin1'));

test('a plain message', async () => {
  const message = await parse(
    'From: "A. Sender" <a@example.com>',
    'To: b@example.com, C <c@example.org>',
    'Subject: Hello',
    '',
    'one',
    'two',
    '',
  );
  expect(message).toMatchObject({
    subject: 'Hello',
    from: [{ name: 'A. Sender', address: 'a@example.com' }],
    to: [
      { name: '', address: 'b@example.com' },
      { name: 'C', address: 'c@example.org' },
    ],
    html: null,
    attachments: [],
  });
  expect(message.text?.trimEnd()).toBe('one\ntwo');
});

test('encoded words and charsets are decoded, headers stay as written', async () => {
  const message = await parse(
    'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
    'Content-Type: text/plain; charset=iso-8859-1',
    '',
    'Gr\xfc\xdfe',
  );
  expect(message.subject).toBe('Grüße');
  expect(message.text).toBe('Grüße');
  expect(message.headers.get('subject')).toEqual(['=?iso-8859-1?Q?Gr=FC=DFe?=']);
});

test('headers that come twice are both there, unfolded, top to bottom', async () => {
  const message = await parse('Received: from a', '\tby b', 'Received: from c by a', '', 'x');
  expect(message.headers.get('received')).toEqual(['from a\tby b', 'from c by a']);
});

test('text, HTML and an attachment', async () => {
  const message = await parse(
    'Content-Type: multipart/mixed; boundary=outer',
    '',
    '--outer',
    'Content-Type: multipart/alternative; boundary=inner',
    '',
    '--inner',
    'Content-Type: text/plain',
    '',
    'plain words',
    '--inner',
    'Content-Type: text/html',
    '',
    '<p>fine words <img src="cid:one"></p>',
    '--inner--',
    '--outer',
    'Content-Type: application/octet-stream',
    'Content-Disposition: attachment; filename="a.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    'AAH/',
    '--outer--',
    '',
  );
  expect(message.text).toBe('plain words');
  expect(message.html).toBe('<p>fine words <img src="cid:one"></p>');
  expect(message.attachments).toEqual([
    { filename: 'a.bin', contentType: 'application/octet-stream', size: 3, content: Buffer.from([0, 1, 255]) },
  ]);
});

test('HTML alone: no text is made up', async () => {
  const message = await parse('Content-Type: text/html', '', '<p>only this</p>');
  expect(message.html).toBe('<p>only this</p>');
  expect(message.text).toBeNull();
});

test('a group stands for its members', async () => {
  const message = await parse('To: friends: a@example.com, b@example.com;', '', 'x');
  expect(message.to.map(({ address }) => address)).toEqual(['a@example.com', 'b@example.com']);
});

test.each([
  ['nothing at all', ''],
  ['no headers, no blank line', 'only a line'],
  ['a multipart that never ends', 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncut'],
  ['a multipart without a boundary', 'Content-Type: multipart/mixed\r\n\r\nbody'],
  ['an unknown charset', 'Content-Type: text/plain; charset=x-nobody-knows\r\n\r\nbody'],
  ['broken base64', 'Content-Transfer-Encoding: base64\r\n\r\n!!!!===='],
  ['an encoded word that is none', 'Subject: =?utf-8?Q?=ZZ?= =?x?y?\r\n\r\nbody'],
  ['a header without a colon', 'Subject\r\nFrom: <<>>\r\nTo: ,,,;:\r\n\r\nbody'],
  ['NUL and eight-bit octets in headers', 'Subject: a\0b\xff\r\n\r\nbody'],
])('broken MIME gives what could be made of it: %s', async (_what, octets) => {
  const message = await parseMessage(Buffer.from(octets, 'latin1'));
  expect(Array.isArray(message.attachments)).toBe(true);
});
