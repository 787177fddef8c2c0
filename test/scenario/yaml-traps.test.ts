// What YAML does to SMTP texts in silence: each trap is caught where it stands, and says what to write instead.

import { read, readSteps, refused } from './reading';

const RULE = 'rules:\n  - on: RCPT\n';

test.each([
  [
    'a comment cuts the text',
    `${RULE}    reply: 550 Ticket #123 closed\n`,
    'case.yaml:3:12: the text ends at "#": YAML reads "#123 closed" as a comment; put quotes around the text: reply: "550 Ticket #123 closed", or around its part before the comment',
  ],
  [
    'a comment that looks like one cuts a reply all the same',
    `${RULE}    reply: 550 Ticket  # closed\n`,
    'case.yaml:3:12: the text ends at "#": YAML reads "# closed" as a comment; put quotes around the text: reply: "550 Ticket # closed", or around its part before the comment',
  ],
  [
    'the comment leaves a code alone',
    `${RULE}    reply: 550 #5 no\n`,
    'case.yaml:3:12: the text ends at "#": YAML reads "#5 no" as a comment; put quotes around the text: reply: "550 #5 no", or around its part before the comment',
  ],
  [
    'a comment cuts raw octets',
    `${RULE}    do:\n      - raw: 250 a #b\n`,
    'case.yaml:4:14: the text ends at "#": YAML reads "#b" as a comment; put quotes around the text: raw: "250 a #b", or around its part before the comment',
  ],
  [
    'a comment cuts a title',
    'title: Answer to #12\n',
    'case.yaml:1:8: the text ends at "#": YAML reads "#12" as a comment; put quotes around the text: title: "Answer to #12", or around its part before the comment',
  ],
  [
    'a comma in a flow map begins a key with nothing in it',
    `${RULE}    do: { reply: 421 a, b, then: close }\n`,
    'case.yaml:3:25: the comma ends the text "421 a": YAML reads "b" as a key of its own; put quotes around the text: reply: "421 a, b"',
  ],
  [
    'a comma in a flow list begins another reply',
    `${RULE}    reply: [421 a, b]\n`,
    'case.yaml:3:20: the comma ends the text "421 a": YAML reads "b" as a reply of its own; put quotes around the text: "421 a, b"',
  ],
  [
    'a name in braces is a map',
    `${RULE}    reply: {line}\n`,
    'case.yaml:3:12: {line} without quotes is a map to YAML, not a text; put quotes around the text: reply: "{line}"',
  ],
  [
    'a name in braces and more is no YAML',
    `${RULE}    reply: {line} bad\n`,
    'case.yaml:3:12: a text that begins with { is a map to YAML; put quotes around it: reply: "{line} bad"',
  ],
  [
    'a colon in a plain reply',
    `${RULE}    reply: 550 Rejected: bad host\n`,
    'case.yaml:3:12: the colon and blank inside this text make a map of it; put quotes around it: reply: "550 Rejected: bad host"',
  ],
  [
    'a colon in a plain reply inside a flow map',
    'rules:\n  - { on: RCPT, reply: 550 Rejected: bad host }\n',
    'case.yaml:2:24: the colon and blank inside this text make a map of it; put quotes around it: reply: "550 Rejected: bad host"',
  ],
  [
    'a star is an alias',
    `${RULE}    when: { recipient: *@x.org }\n    reply: 550\n`,
    'case.yaml:3:24: *@x.org without quotes is a YAML alias, and there is no anchor &@x.org; put quotes around it: "*@x.org"',
  ],
  [
    'a star in front of a reply',
    `${RULE}    reply: *bad\n`,
    'case.yaml:3:12: *bad without quotes is a YAML alias, and there is no anchor &bad; put quotes around it: "*bad"',
  ],
  [
    'a star and more words',
    `${RULE}    reply: *bad thing\n`,
    'case.yaml:3:12: a text that begins with * is an alias to YAML; put quotes around it: reply: "*bad thing"',
  ],
  [
    'a star in a block list',
    'server:\n  policies:\n    recipients:\n      known:\n        - *@example.com\n',
    'case.yaml:5:11: *@example.com without quotes is a YAML alias, and there is no anchor &@example.com; put quotes around it: "*@example.com"',
  ],
  [
    'an ampersand is an anchor',
    `${RULE}    reply: &busy 450 x\n`,
    'case.yaml:3:12: "&busy" without quotes is a YAML anchor and no part of the text; put quotes around the text: reply: "&busy 450 x"',
  ],
  [
    'an exclamation mark is a tag',
    `${RULE}    reply: !foo bar\n`,
    'case.yaml:3:12: !foo without quotes is a YAML tag and no part of the text; put quotes around it: reply: "!foo bar"',
  ],
  [
    'an at sign begins nothing',
    `${RULE}    when:\n      line: @foo\n`,
    'case.yaml:4:13: a text cannot begin with @ in YAML; put quotes around it: line: "@foo"',
  ],
  [
    'a bracket is a list',
    `${RULE}    when: { line: [a-z]* }\n    reply: 550\n`,
    'case.yaml:3:19: a text that begins with [ is a list to YAML; put quotes around it: line: "[a-z]*"',
  ],
  [
    'a comparison is a block of text',
    `${RULE}    when:\n      octets: >= 4 KB\n    reply: 550\n`,
    'case.yaml:4:15: a comparison that begins with > is a block of text to YAML; put quotes around it: octets: ">= 4 KB"',
  ],
  [
    'a comparison in a flow map',
    `${RULE}    when: { octets: >= 4 KB }\n    reply: 550\n`,
    'case.yaml:3:21: a comparison that begins with > is a block of text to YAML; put quotes around it: octets: ">= 4 KB"',
  ],
  [
    'plain raw keeps its backslash',
    `${RULE}    raw: 250 ok\\n\n`,
    'case.yaml:3:10: the backslash in 250 ok\\n is not an escape: YAML knows escapes in double quotes only; write raw: "250 ok\\n"',
  ],
  [
    'raw in single quotes keeps its backslash',
    `${RULE}    raw: '250 ok\\r\\n'\n`,
    `case.yaml:3:10: the backslash in '250 ok\\r\\n' is not an escape: YAML knows escapes in double quotes only; write raw: "250 ok\\r\\n"`,
  ],
  [
    'a line end written into a reply',
    `${RULE}    reply: '250 ok\\r\\n'\n`,
    `case.yaml:3:12: the backslash in '250 ok\\r\\n' is not an escape: YAML knows escapes in double quotes only; leave the line end away: CRLF is added by itself`,
  ],
  [
    'two lines of plain text become one',
    `${RULE}    reply: 250-a\n      250 b\n`,
    'case.yaml:3:12: the lines of this text are joined into one by YAML; expected one line, or a block; write "reply: |" and the lines below it',
  ],
  [
    'a folded block becomes one line',
    `${RULE}    reply: >\n      250-a\n      250 b\n`,
    'case.yaml:3:12: the lines of this text are joined into one by YAML; expected one line, or a block; write "reply: |" and the lines below it',
  ],
  [
    'a character without an octet in a reply',
    `${RULE}    reply: "550 \u2013 no"\n`,
    'case.yaml:3:12: "\u2013" (U+2013) is not one octet; expected characters up to U+00FF; write its UTF-8 octets in double quotes: "\\xe2\\x80\\x93"',
  ],
  [
    'a character without an octet in raw',
    `${RULE}    raw: "250 \u20ac\\r\\n"\n`,
    'case.yaml:3:10: "\u20ac" (U+20AC) is not one octet; expected characters up to U+00FF; write its UTF-8 octets in double quotes: "\\xe2\\x82\\xac"',
  ],
  [
    'a key given twice',
    `${RULE}    on: MAIL\n    reply: 550\n`,
    'case.yaml:3:5: the key "on" is given twice in one map; expected it once; take one of them out',
  ],
  [
    'a quote that is never closed',
    `${RULE}    reply: "550 no\n`,
    'case.yaml:3:12: the text that opens here with " is not closed; put " at its end',
  ],
  [
    'a quote that is closed by the next one',
    `${RULE}    reply: "550 no\n    delay: 3 s\n  - on: MAIL\n    reply: "550 x"\n`,
    'case.yaml:3:12: the text that opens here with " is not closed; put " at its end',
  ],
  [
    'text behind the closing quote',
    `${RULE}    reply: "550 no" and more\n`,
    `case.yaml:3:12: text stands behind the closing "; expected the quotes around all of it; put quotes around it: reply: '"550 no" and more'`,
  ],
  [
    'an escape that YAML does not know',
    `${RULE}    reply: "550 \\q"\n`,
    'case.yaml:3:17: \\q is no escape; expected \\r \\n \\t \\0 \\xNN \\" or \\\\; write \\\\q for a backslash',
  ],
  ['a tab', 'rules:\n\t- on: RCPT\n', 'case.yaml:2:1: a tab in the indentation; expected blanks; indent with blanks'],
  [
    'a second document',
    'name: x\n---\nname: y\n',
    'case.yaml:2:1: a second document begins here; expected one per file; take "---" out',
  ],
  [
    'YAML 1.1, where on: is true',
    '%YAML 1.1\n---\nname: x\n',
    'case.yaml:1:1: YAML 1.1 turns on: into true; expected YAML 1.2; take the %YAML line out',
  ],
  [
    'a key without its colon',
    'rules:\n  - on RCPT\n    reply: 550\n',
    'case.yaml:2:5: "on RCPT" has no colon; expected a key, a colon and a blank; write on: RCPT',
  ],
  [
    'a line between two indentations',
    'rules:\n  - on: RCPT\n   reply: 550\n',
    'case.yaml:3:1: wrong indentation: this line belongs neither to the item above nor to one of its own; put it under the first key of the item',
  ],
  [
    'a bracket too many',
    'rules:\n  - { on: RCPT, reply: "550 x" }}\n',
    'case.yaml:2:33: a } that closes nothing; take it out',
  ],
  [
    'a colon in a step of a list',
    `${RULE}    do: [{ reply: 421 a: b }, reset]\n`,
    'case.yaml:3:19: the colon and blank inside this text make a map of it; put quotes around it: reply: "421 a: b"',
  ],
  [
    'a line end of Windows in front',
    'rules:\r\n  - on: RCPT\r\n    reply: 550 Ticket #1\r\n',
    'case.yaml:3:12: the text ends at "#": YAML reads "#1" as a comment; put quotes around the text: reply: "550 Ticket #1", or around its part before the comment',
  ],
  ['a byte order mark', '\ufefftitle: 5\n', 'case.yaml:1:8: found the number 5; expected a text; put quotes around it'],
  [
    'a key that objects have already',
    'states: { __proto__: peer }\n',
    'case.yaml:1:11: __proto__ cannot be a key; expected a word; put quotes around texts with { } or [ ]',
  ],
  ['an alias inside its own anchor', 'tags: &a [*a]\n', 'case.yaml:1:11: the alias *a stands inside its own anchor'],
  ['an empty file', '', 'case.yaml:1:1: found nothing; expected a map'],
  ['a list', '- a\n', 'case.yaml:1:1: found a list; expected a map'],
])('%s', (_trap, text, problem) => {
  expect(refused(text)).toEqual([problem]);
});

test('several traps are all reported, in the order of the file', () => {
  const text = `${RULE}    reply: 550 a #1\n  - on: MAIL\n    raw: 250 ok\\n\n  - on: DATA\n    reply: *no\n`;
  expect(refused(text).map((line) => line.split(': ')[0])).toEqual([
    'case.yaml:3:12',
    'case.yaml:5:10',
    'case.yaml:7:12',
  ]);
});

test('aliases cannot multiply a file without end', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `x${level + 1}: &x${level + 1} [${Array(9).fill(`*x${level}`).join(', ')}]`,
  );
  expect(refused(`x0: &x0 [a]\n${levels.join('\n')}\n`)[0]).toContain('aliases repeat too much');
});

describe('what is meant is left alone', () => {
  test.each([
    ['a comment behind quotes', `${RULE}    reply: "550 no" # why\n`],
    ['a comment behind a code', `${RULE}    reply: 550 # greylisted\n`],
    ['a comment behind a word', `${RULE}    reply: 550\n    then: close   # and out\n`],
    ['a comment behind a pattern', `${RULE}    when: { recipient: slow@example.com } # slow\n    reply: 550\n`],
    ['a comment behind a title', 'title: A server   # of many\n'],
    ['a hash inside a word', `${RULE}    reply: 550 Ticket#123 closed\n`],
    ['a colon without a blank', `${RULE}    reply: 550 at 10:20\n`],
    ['an escape in double quotes', `${RULE}    raw: "250 ok\\r\\n"\n`],
    ['a backslash inside a reply', `${RULE}    reply: 550 DOMAIN\\user\n`],
    ['a long text with a backslash at the line end', `${RULE}    reply: "550 a\\\n      b"\n`],
    ['an alias with its anchor', `${RULE}    reply: &no "550 no"\n  - on: MAIL\n    reply: *no\n`],
  ])('%s', (_name, text) => {
    expect(() => read(text)).not.toThrow();
  });

  test('450 and "450" mean the same', () => {
    expect(readSteps('reply: 450')).toEqual(readSteps('reply: "450"'));
  });

  test('"\\xe9" in raw is one octet', () => {
    expect(readSteps('raw: "\\xe9\\r\\n"')).toEqual([{ step: 'raw', octets: '\u00e9\r\n' }]);
  });
});
