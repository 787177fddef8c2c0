// `lab` as it is typed wrongly: refused before anything is made, with what to type instead. What it does when it is typed
// rightly needs a kernel: test/field/lab.test.ts.

import { cli } from '../cli/support';

test.each<[string, readonly string[], RegExp]>([
  ['a client nobody knows', ['--client', 'nodemailr'], /no client is called "nodemailr".*did you mean "nodemailer"/],
  ['a sender nobody knows', ['--client', 'sender:nobody'], /nobody/],
  ['a scenario nobody knows', ['--scenario', 'plian'], /plian/],
  ['two clients at once', ['--client', 'curl', '--', 'swaks', '{host}'], /either --client or a command/],
  ['a command without its dashes', ['swaks'], /stands behind "--".*--client swaks/],
  ['a command that cannot find the server', ['--', 'swaks', '--server', 'localhost'], /has no \{host\}/],
  ['a mail without full-size segments', ['--size', '1 KB'], /expected 4 KB to 16 MB/],
  ['a far link that is not narrow', ['--far-mtu', '1500'], /expected 576 to 1499/],
  ['TLS where none is offered', ['--tls', '--scenario', 'plain'], /plain offers no TLS.*--scenario starttls-offered/],
  ['TLS for a command line', ['--tls', '--', 'swaks', '{host}'], /--scenario starttls-offered/],
  ['TLS for a client that cannot insist', ['--tls', '--client', 'swaks'], /swaks cannot be told to insist on TLS/],
  ['patience for days', ['--patience', '86400'], /expected 1 to 3600 seconds/],
  ['healing when all is over', ['--patience', '4', '--heal', '4'], /when the patience of 4 s is over/],
])('%s is refused with exit code 2', async (_what, words, message) => {
  const { code, out, err } = await cli('lab', 'mtu', ...words);
  expect(err).toMatch(message);
  expect(out).toBe('');
  expect(code).toBe(2);
});

test('a lab nobody knows is refused, and "lab" alone shows which there are', async () => {
  expect((await cli('lab', 'mut')).code).toBe(2);
  expect((await cli('lab')).err).toMatch(/ mtu [\s\S]* clean /);
});
