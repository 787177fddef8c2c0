// What a pattern captured can be a time or a size (primitive 10): the client under test chooses by what it says.

import { greeted, play } from './play';
import { read, readSteps } from './reading';

const DELAY = `
rules:
  - on: MAIL
    when: { sender: '/delay-(?<seconds>\\d+)@.*/' }
    delay: "{seconds} s"
    reply: "250 after {seconds} seconds"
`;

test('a delay is as long as the sender says', () => {
  const server = greeted(DELAY);
  server.client('MAIL FROM:<delay-7@example.net>\r\n').after(6999);
  server.server();
  server.after(1).server('250 after 7 seconds');
});

test('a size limit is as large as the host name says', () => {
  const server = play(`
server: { extensions: [SIZE] }
rules:
  - on: EHLO
    when: { helo: '/size(?<kb>\\d+)\\..*/' }
    pass: true
    set: { size: "{kb} KB" }
`);
  server.client('EHLO size12.example.net\r\n');
  server.server(
    '220 mail.example.com ESMTP Service ready',
    '250-mail.example.com greets size12.example.net',
    '250 SIZE 12000',
  );
});

test('what was captured and is no number is no time', () => {
  const server = greeted(DELAY.replace('(?<seconds>\\d+)', '(?<seconds>.*)'));
  server.client('MAIL FROM:<delay-for-ever@example.net>\r\n').server('250 after for-ever seconds');
});

test('the scenario keeps it as a name and a factor', () => {
  expect(readSteps('when: { line: "/(?<n>.*)/" }', 'delay: "{n} min"', 'reply: "250 ok"')[0]).toEqual({
    step: 'wait',
    ms: { min: 0, max: 0, captured: { name: 'n', factor: 60_000 } },
  });
});

test('a name that nothing captures is told at load', () => {
  expect(() => read('rules:\n  - on: MAIL\n    delay: "{secnods} s"\n    reply: 250\n')).toThrow(
    /case\.yaml:3:.*\{secnods\}/,
  );
});
